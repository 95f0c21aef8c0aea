#include "config/ignore_rules.h"

#include <algorithm>
#include <string>

namespace wws::config {
namespace {

// Blanks at the end do not count, unless a '\' stands before them.
std::string_view trim_end(std::string_view line) noexcept {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') || line.ends_with('\t')) {
    const bool escaped = line.size() > 1 && line[line.size() - 2] == '\\';
    if (escaped) break;
    line.remove_suffix(1);
  }
  return line;
}

// The pattern in the words of Glob, where more characters have a meaning.
std::string to_glob(std::string_view pattern) {
  std::string glob;
  bool escaped = false;
  bool in_class = false;
  for (const char c : pattern) {
    const bool only_globs = std::string_view("{}$<>(").find(c) != std::string_view::npos;
    if (only_globs && !escaped && !in_class) glob += '\\';
    if (!escaped && (c == '[' || c == ']')) in_class = c == '[';
    glob += c;
    escaped = c == '\\' && !escaped;
  }
  return glob;
}

}  // namespace

Result<void> IgnoreRules::add_glob(std::string_view pattern) {
  if (pattern.empty()) return {};
  WWS_TRY(Glob glob, Glob::create(pattern));
  globs_.push_back(std::move(glob));
  return {};
}

Mistakes IgnoreRules::add_file(std::string_view file, std::string_view text) {
  Mistakes mistakes;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  int number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = trim_end(text.substr(at, end - at));
    at = end + 1;
    ++number;
    if (line.empty() || line.front() == '#') continue;
    const bool takes_back = line.front() == '!';
    if (takes_back) line.remove_prefix(1);
    const bool folders_only = line.ends_with('/');
    if (folders_only) line.remove_suffix(1);
    const bool tied = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) {
      mistakes.push_back({std::string(file), number, "", "names nothing: remove the line"});
      continue;
    }
    auto glob = Glob::create((tied ? "" : "**/") + to_glob(line));
    if (glob)
      lines_.push_back({*std::move(glob), folders_only, takes_back});
    else
      mistakes.push_back({std::string(file), number, "", glob.error().to_string()});
  }
  return mistakes;
}

bool IgnoreRules::ignores(std::string_view path, EntryKind kind) const {
  if (std::ranges::any_of(globs_, [&](const Glob& glob) { return glob.matches(path); }))
    return true;
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    const bool fits = !line->folders_only || kind == EntryKind::Folder;
    if (fits && line->glob.matches(path)) return !line->takes_back;
  }
  return false;
}

}  // namespace wws::config
