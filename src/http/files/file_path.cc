#include "http/files/file_path.h"

#include <algorithm>

#include "base/text.h"

namespace wws::http {

std::optional<std::string> to_file_path(std::string_view raw_path) {
  if (!raw_path.empty() && raw_path.front() != '/') return std::nullopt;
  std::string path;
  path.reserve(raw_path.size());
  for (std::size_t at = 0; at < raw_path.size();) {
    const std::size_t end = std::min(raw_path.find('/', at), raw_path.size());
    const std::string_view part = raw_path.substr(at, end - at);
    at = end + 1;
    if (part.empty()) continue;
    if (!path.empty()) path += '/';
    const std::size_t start = path.size();
    if (!append_percent_decoded(path, part)) return std::nullopt;
    const std::string_view segment = std::string_view(path).substr(start);
    if (segment.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos)
      return std::nullopt;
    if (segment.front() == '.' && !(start == 0 && segment == ".well-known")) return std::nullopt;
  }
  if (path == "_headers" || path == "_redirects") return std::nullopt;
  return path;
}

}  // namespace wws::http
