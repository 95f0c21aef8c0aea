#include "http/client/h2_response_fields.h"

#include <fmt/format.h>

#include <charconv>

#include "http/blanks.h"
#include "http/client/client.h"

namespace wws::http {
namespace {

// What a field counts beyond its bytes (RFC 9113 section 6.5.2).
constexpr std::uint64_t kFieldOverhead = 32;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::Internal, fmt::format("the upstream's response is malformed: {}", why));
}

template <typename Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

Result<void> H2ResponseFields::add(std::string_view name, std::string_view value) {
  bytes_ += name.size() + value.size() + kFieldOverhead;
  if (bytes_ > max_head_bytes_)
    return fail(
        ErrorKind::Exhausted,
        fmt::format("the head of the upstream's response is over {} bytes", max_head_bytes_));
  if (name.starts_with(':')) {
    if (name != ":status" || !parse(value, head_.status)) return malformed("it has no status");
    return {};
  }
  if (++fields_ > kMostFields)
    return fail(ErrorKind::Exhausted,
                fmt::format("the head of the upstream's response has over {} fields", kMostFields));
  const std::string_view trimmed = trim(value);
  if (!is_token(name) || !is_field_value(trimmed)) return malformed("a field is not one");
  std::uint64_t length = 0;
  if (name == "content-length") {
    if (!parse(trimmed, length)) return malformed("its length is no number");
    length_ = length;
  }
  head_.headers.add(std::string(name), std::string(trimmed));
  return {};
}

void H2ResponseFields::restart() noexcept {
  bytes_ = 0;
  fields_ = 0;
  head_.status = 0;
  head_.headers.clear();
  length_.reset();
}

Result<ResponseHead> H2ResponseFields::finish() {
  if (head_.status < 200 || head_.status > 599)
    return malformed(fmt::format("the status {} was not asked for", head_.status));
  return std::move(head_);
}

}  // namespace wws::http
