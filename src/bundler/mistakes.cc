#include "bundler/mistakes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "bundler/node_modules.h"
#include "sourcemap/stack.h"

namespace wws::bundler {
namespace {

constexpr std::size_t kMostErrors = 10;

// The name in `Could not resolve "name"`.
std::optional<std::string_view> unresolved(std::string_view text) noexcept {
  constexpr std::string_view kBegin = "Could not resolve \"";
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  const auto end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

// esbuild speaks of its own options; here there are other ways out.
std::string what_is_wrong(const Message& message) {
  const auto name = unresolved(message.text);
  if (!name) return message.text;
  if (name->starts_with('.') || name->starts_with('/'))
    return fmt::format("cannot import \"{}\": there is no such file", *name);
  if (name->find(':') != std::string_view::npos)
    return fmt::format(
        "cannot import \"{}\": only files of the project, packages and some modules "
        "of Node's can be imported",
        *name);
  return fmt::format(
      "cannot import \"{0}\": no node_modules folder of the project has it; run "
      "`npm install {0}` there",
      *name);
}

}  // namespace

std::string text_of(const Message& message) {
  if (message.file.empty()) return message.text;
  std::string text = fmt::format("{}:{}:{}: {}", message.file, message.at.line, message.at.column,
                                 what_is_wrong(message));
  std::string shown = sourcemap::excerpt_of_line(message.line, message.at);
  if (!shown.empty()) shown.pop_back();
  return shown.empty() ? text : text + "\n" + shown;
}

Error error_of(const std::vector<Message>& errors) {
  std::string text;
  for (const Message& error : errors) {
    if (&error - errors.data() == kMostErrors) {
      text += fmt::format("\nand {} more", errors.size() - kMostErrors);
      break;
    }
    if (!text.empty()) text += "\n";
    text += text_of(error);
  }
  return Error(ErrorKind::GuestFault, text);
}

std::vector<std::string> missing_node_modules(const std::vector<Message>& errors) {
  std::vector<std::string> names;
  for (const Message& error : errors) {
    const auto name = unresolved(error.text);
    if (!name || !is_missing_node_module(*name)) return {};
    if (std::ranges::find(names, *name) == names.end()) names.emplace_back(*name);
  }
  return names;
}

}  // namespace wws::bundler
