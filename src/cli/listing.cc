#include "cli/listing.h"

#include <fmt/format.h>

#include <algorithm>

#include "observe/log.h"

namespace wws::cli {
namespace {

// A terminal makes a link of what it takes for a URL, which ends at any of these; '%' would begin
// an escape, '?' the query and '#' the fragment.
bool stays_in_url(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7f &&
         std::string_view("\"%<>?#\\^`{|}").find(c) == std::string_view::npos;
}

std::string shown_path(std::string_view path) {
  std::string url;
  for (const char c : path) {
    if (stays_in_url(c))
      url += c;
    else
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return observe::escape_for_log(url);
}

}  // namespace

std::string route_list(const router::Router& router, const std::filesystem::path& root,
                       std::string_view base) {
  std::string text;
  for (const auto& route : router.routes())
    text += fmt::format("    - {}{}\n      => {}\n", base, shown_path(route.path),
                        observe::escape_for_log((root / route.file).string()));
  return text;
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (at > 0) out += line.starts_with("    ") ? "\n" : "\n    ";
    out += observe::escape_for_log(line);
    at = end + 1;
  }
  return out;
}

}  // namespace wws::cli
