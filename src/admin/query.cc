#include "admin/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace wws::admin {
namespace {

std::string decoded(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '+', ' ');
  return percent_decode(plain).value_or(plain);
}

}  // namespace

std::string query_text(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (decoded(pair.substr(0, equals)) == name)
      return decoded(pair.substr(std::min(equals + 1, pair.size())));
  }
  return {};
}

Result<std::uint64_t> query_number(std::string_view query, std::string_view name,
                                   std::uint64_t otherwise, std::uint64_t most) {
  const std::string text = query_text(query, name);
  if (text.empty()) return otherwise;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > most)
    return fail(ErrorKind::Invalid, fmt::format("`{}` must be a number from 0 to {}", name, most));
  return number;
}

}  // namespace wws::admin
