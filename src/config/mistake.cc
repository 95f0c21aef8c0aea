#include "config/mistake.h"

#include <fmt/format.h>

namespace wws::config {

std::string Mistake::to_string() const {
  std::string text = file;
  if (line > 0) text += fmt::format("{}{}", text.empty() ? "line " : ":", line);
  for (const std::string* part : {&key, &what}) {
    if (part->empty()) continue;
    if (!text.empty()) text += ": ";
    text += *part;
  }
  return text;
}

}  // namespace wws::config
