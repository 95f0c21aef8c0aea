#include "bindings/cache_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "http/blanks.h"
#include "http/files/http_date.h"

namespace wws::bindings {
namespace {

using std::chrono::seconds;

// The longest that is believed: a year.
constexpr std::int64_t kLongest = 365 * 24 * 3600;

struct Directive {
  std::string name;  // lower case
  std::string value;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

// Where the list's element ends; a comma inside of a quoted string ends none.
std::size_t end_of_element(std::string_view list) {
  bool quoted = false;
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (quoted && list[at] == '\\')
      ++at;
    else if (list[at] == '"')
      quoted = !quoted;
    else if (list[at] == ',' && !quoted)
      return at;
  }
  return list.size();
}

std::string unquote(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  std::string out;
  value = value.substr(1, value.size() - 2);
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '\\' && at + 1 < value.size()) ++at;
    out += value[at];
  }
  return out;
}

void add_directives(std::string_view list, std::vector<Directive>& out) {
  while (!list.empty()) {
    const std::size_t end = end_of_element(list);
    const std::string_view element = http::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (element.empty()) continue;
    const std::size_t equals = std::min(element.find('='), element.size());
    const std::string_view value = element.substr(std::min(equals + 1, element.size()));
    out.push_back({lower(http::trim(element.substr(0, equals))), unquote(http::trim(value))});
  }
}

// https://www.rfc-editor.org/rfc/rfc9111#section-5.2
std::vector<Directive> directives_of(const http::Headers& headers) {
  std::vector<Directive> directives;
  for (const auto& header : headers)
    if (http::equals_ignoring_case(header.name, "cache-control"))
      add_directives(header.value, directives);
  return directives;
}

const Directive* find(const std::vector<Directive>& directives, std::string_view name) {
  const auto found = std::ranges::find(directives, name, &Directive::name);
  return found == directives.end() ? nullptr : &*found;
}

// https://www.rfc-editor.org/rfc/rfc9111#section-1.2.2; what is no number has passed already.
seconds delta_seconds(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return seconds(kLongest);
  if (error != std::errc() || rest != end || number < 0) return seconds(0);
  return seconds(std::min(number, kLongest));
}

// https://www.rfc-editor.org/rfc/rfc9111#section-4.2.1
std::optional<seconds> lifetime_of(const http::Headers& response,
                                   const std::vector<Directive>& directives,
                                   std::chrono::sys_seconds now) {
  for (const std::string_view name : {"s-maxage", "max-age"})
    if (const auto* directive = find(directives, name)) return delta_seconds(directive->value);
  const auto expires = response.find("expires");
  if (!expires) return std::nullopt;
  const auto end = http::parse_http_date(*expires, now);
  if (!end) return seconds(0);
  const auto date = response.find("date");
  const auto begin = date ? http::parse_http_date(*date, now).value_or(now) : now;
  return std::min(*end - begin, seconds(kLongest));
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<Directive> names;
  add_directives(list, names);
  std::vector<std::string> out;
  for (Directive& name : names) out.push_back(std::move(name.name));
  return out;
}

}  // namespace

Result<Keeping> keeping_of(const http::Headers& response, std::chrono::sys_seconds now) {
  const auto directives = directives_of(response);
  Keeping keeping;
  for (const std::string_view name : {"no-store", "no-cache", "private"}) {
    const auto* directive = find(directives, name);
    if (directive == nullptr) continue;
    if (directive->value.empty() || name == "no-store")
      return fail(ErrorKind::Denied, fmt::format("its Cache-Control says {}", name));
    std::ranges::move(names_in(directive->value), std::back_inserter(keeping.without));
  }
  if (response.contains("set-cookie") &&
      std::ranges::find(keeping.without, "set-cookie") == keeping.without.end())
    return fail(ErrorKind::Denied,
                "it sets a cookie: remove Set-Cookie, or say Cache-Control: private=Set-Cookie");
  keeping.lifetime = lifetime_of(response, directives, now);
  if (!keeping.lifetime) return keeping;
  if (const auto age = response.find("age")) *keeping.lifetime -= delta_seconds(*age);
  if (keeping.lifetime->count() <= 0)
    return fail(ErrorKind::Denied, "it is too old already, as its Cache-Control or Expires says");
  return keeping;
}

}  // namespace wws::bindings
