#include "http/request_id.h"

#include <algorithm>
#include <array>
#include <optional>

namespace wws::http {
namespace {

constexpr std::size_t kLongest = 128;

void append_hex(std::string& out, std::uint64_t number) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kDigits[number >> shift & 15]);
}

// The one field of that name; nothing where there is none, or several.
std::optional<std::string_view> only(const Headers& headers, std::string_view name,
                                     std::size_t& count) {
  std::optional<std::string_view> value;
  for (const Header& header : headers)
    if (equals_ignoring_case(header.name, name)) {
      ++count;
      value = header.value;
    }
  return count == 1 ? value : std::nullopt;
}

}  // namespace

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
std::uint64_t RequestIds::next_number() noexcept {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

std::string RequestIds::next() {
  std::string id;
  id.reserve(32);
  append_hex(id, next_number());
  append_hex(id, next_number());
  return id;
}

bool is_request_id(std::string_view text) noexcept {
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:+/=@").find(c) != std::string_view::npos;
  });
}

void identify(RequestHead& head, Believed believed, RequestIds& ids) {
  std::size_t count = 0;
  const auto given = only(head.headers, kRequestId, count);
  if (given && believed == Believed::Yes && is_request_id(*given)) {
    head.request_id = *given;
    return;
  }
  head.request_id = ids.next();
  if (count == 0)
    head.headers.add(std::string(kRequestId), head.request_id);
  else
    head.headers.set(std::string(kRequestId), head.request_id);
}

}  // namespace wws::http
