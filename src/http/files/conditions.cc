#include "http/files/conditions.h"

#include <algorithm>

#include "http/files/http_date.h"

namespace wws::http {
namespace {

using std::chrono::sys_seconds;

enum class Comparison : unsigned char { Strong, Weak };

char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void skip_blanks(std::string_view& text) noexcept {
  text.remove_prefix(std::min(text.find_first_not_of(" \t,"), text.size()));
}

// Takes `[W/]"..."` off the front; empty when there is none.
std::string_view take_tag(std::string_view& text) noexcept {
  const std::size_t open = text.starts_with("W/") ? 2 : 0;
  if (text.size() <= open || text[open] != '"') return {};
  const std::size_t close = text.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  const std::string_view tag = text.substr(0, close + 1);
  text.remove_prefix(tag.size());
  return tag;
}

// `field` is "*" or a list of tags; `etag` is strong.
bool matches(std::string_view field, std::string_view etag, Comparison comparison) noexcept {
  skip_blanks(field);
  if (field.starts_with('*')) {
    field.remove_prefix(1);
    skip_blanks(field);
    return field.empty();
  }
  bool found = false;
  while (!field.empty()) {
    std::string_view tag = take_tag(field);
    if (tag.empty()) return false;
    if (comparison == Comparison::Weak && tag.starts_with("W/")) tag.remove_prefix(2);
    found |= tag == etag;
    const bool ends = field.empty() || field.find_first_of(" \t,") == 0;
    if (!ends) return false;
    skip_blanks(field);
  }
  return found;
}

std::optional<sys_seconds> date_of(HeaderFields headers, std::string_view name, sys_seconds now) {
  const auto field = joined_field(headers, name);
  return field ? parse_http_date(*field, now) : std::nullopt;
}

bool precondition_holds(HeaderFields headers, const Validators& validators, sys_seconds now) {
  if (const auto list = joined_field(headers, "If-Match"))
    return matches(*list, validators.etag, Comparison::Strong);
  const auto since = date_of(headers, "If-Unmodified-Since", now);
  return !since || validators.modified <= *since;
}

bool is_modified(HeaderFields headers, const Validators& validators, sys_seconds now) {
  if (const auto list = joined_field(headers, "If-None-Match"))
    return !matches(*list, validators.etag, Comparison::Weak);
  const auto since = date_of(headers, "If-Modified-Since", now);
  return !since || validators.modified > *since;
}

}  // namespace

std::optional<std::string> joined_field(HeaderFields headers, std::string_view name) {
  std::optional<std::string> value;
  for (const Header& header : headers) {
    if (!std::ranges::equal(header.name, name, {}, to_lower, to_lower)) continue;
    if (!value) {
      value = header.value;
      continue;
    }
    *value += ", ";
    *value += header.value;
  }
  return value;
}

Verdict evaluate_conditions(HeaderFields headers, const Validators& validators, sys_seconds now) {
  if (!precondition_holds(headers, validators, now)) return Verdict::PreconditionFailed;
  return is_modified(headers, validators, now) ? Verdict::Proceed : Verdict::NotModified;
}

bool if_range_holds(HeaderFields headers, const Validators& validators, sys_seconds now) {
  const auto field = joined_field(headers, "If-Range");
  if (!field || *field == validators.etag) return true;
  const auto date = parse_http_date(*field, now);
  return date == validators.modified && validators.modified < now;
}

}  // namespace wws::http
