#include "git/location.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace wws::git {
namespace {

constexpr std::string_view kSuffix = ".git";

bool is_letter(char c) noexcept { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}
bool is_control(char c) noexcept { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }

// RFC 3986 section 3.1, in lower case; empty when there is none before "://".
std::string scheme_of(std::string_view text) {
  const std::size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0 || !is_letter(text.front())) return {};
  std::string scheme(text.substr(0, end));
  for (char& c : scheme) {
    if (!is_word(c) && c != '+' && c != '.') return {};
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return scheme;
}

// `user@host:path`, which git takes for ssh.
bool is_ssh_form(std::string_view text) noexcept {
  const std::size_t at = text.find('@');
  const std::size_t colon = text.find(':');
  return at != std::string_view::npos && at > 0 && colon != std::string_view::npos && at < colon &&
         text.find('/') > colon;
}

struct Parts {
  std::string_view user;  // "user:password@"
  std::string_view host;  // with the port
  std::string_view path;
};

Parts parts_of(std::string_view url) {
  const std::string_view rest = url.substr(url.find("://") + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  const std::size_t user = at == std::string_view::npos ? 0 : at + 1;
  return {authority.substr(0, user), authority.substr(user), rest.substr(authority.size())};
}

std::unexpected<Error> invalid(std::string_view location, std::string_view why) {
  return fail(ErrorKind::Invalid, fmt::format("Invalid URL: {} {}", shown(location), why));
}

// What is wrong with an address whose scheme is http or https.
std::optional<std::string_view> fault_of(std::string_view url) {
  const Parts parts = parts_of(url);
  if (std::ranges::any_of(url, is_control)) return "has a space or a control character in it";
  if (parts.host.empty() || parts.host.front() == ':') return "names no host";
  if (parts.path.find_first_of("?#") != std::string_view::npos)
    return "has a query or a fragment: write the repository's address alone, and its branch as "
           "--git-branch NAME";
  const std::string_view last = parts.path.substr(parts.path.rfind('/') + 1);
  if (!last.ends_with(kSuffix) || last.size() == kSuffix.size())
    return "is no git repository's address: its last part has to end in .git";
  return std::nullopt;
}

}  // namespace

Result<LocationKind> classify(std::string_view location) {
  const std::string scheme = scheme_of(location);
  if (scheme == "http" || scheme == "https") {
    if (const auto fault = fault_of(location)) return invalid(location, *fault);
    return LocationKind::Repository;
  }
  if (scheme == "file")
    return invalid(location, "is a file URL: give the path of the project's folder instead");
  if (!scheme.empty() || is_ssh_form(location))
    return invalid(location,
                   "cannot be fetched: only http:// and https:// can; for ssh and others clone it "
                   "with git and give the folder");
  return LocationKind::Folder;
}

std::string shown(std::string_view location) {
  if (scheme_of(location).empty()) return std::string(location);
  const std::string_view user = parts_of(location).user;
  if (user.empty()) return std::string(location);
  const std::size_t start = static_cast<std::size_t>(user.data() - location.data());
  return fmt::format("{}***@{}", location.substr(0, start), location.substr(start + user.size()));
}

bool is_readable_by_others(std::string_view url) {
  if (scheme_of(url) != "http") return false;
  const std::string_view host = parts_of(url).host;
  const bool here = host == "localhost" || host.starts_with("localhost:") ||
                    host.starts_with("127.") || host.starts_with("[::1]");
  return !here;
}

std::string name_of(std::string_view url) {
  std::string_view name = url.substr(url.rfind('/') + 1);
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  std::string safe(name.substr(0, 40));
  std::ranges::replace_if(safe, [](char c) { return !is_word(c); }, '_');
  return safe;
}

}  // namespace wws::git
