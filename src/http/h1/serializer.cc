#include "http/h1/serializer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace wws::http::h1 {
namespace {

void append_number(std::string& out, std::uint64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void append_framing(std::string& out, Framing framing, std::uint64_t length) {
  if (framing == Framing::Chunked) out.append("Transfer-Encoding: chunked\r\n");
  if (framing != Framing::Length) return;
  out.append("Content-Length: ");
  append_number(out, length);
  out.append("\r\n");
}

void append_status(std::string& out, int status, std::string_view reason) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.push_back(' ');
  out.append(reason.empty() ? reason_phrase(status) : reason);
  out.append("\r\n");
}

void append_fields(std::string& out, const Headers& headers, std::string_view date) {
  for (const Header& header : headers) {
    if (is_servers_own(header.name)) continue;
    out.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  out.append("Date: ").append(date).append("\r\n");
}

}  // namespace

bool is_servers_own(std::string_view name) noexcept {
  switch (name.size()) {
    case 4: return equals_ignoring_case(name, "date");
    case 10:
      return equals_ignoring_case(name, "connection") || equals_ignoring_case(name, "keep-alive");
    case 14: return equals_ignoring_case(name, "content-length");
    case 17: return equals_ignoring_case(name, "transfer-encoding");
    default: return false;
  }
}

std::string_view DateText::at(std::time_t now) {
  if (now == second_) return text_;
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&now, &parts);
  text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                      kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                      kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                      parts.tm_hour, parts.tm_min, parts.tm_sec);
  second_ = now;
  return text_;
}

Result<void> check_response_head(const ResponseHead& head) {
  if (head.status < 200 || head.status > 999)
    return fail(ErrorKind::Invalid,
                fmt::format("{} is no status of a final response; use 200 to 999", head.status));
  if (!is_field_value(head.reason))
    return fail(ErrorKind::Invalid, "the reason phrase has control characters; remove them");
  for (const Header& header : head.headers) {
    if (!is_token(header.name))
      return fail(ErrorKind::Invalid,
                  fmt::format("'{}' is no legal name of a header field", header.name));
    if (!is_field_value(header.value))
      return fail(ErrorKind::Invalid,
                  fmt::format("the value of header field '{}' has control characters; encode them",
                              header.name));
  }
  return {};
}

void append_response_head(std::string& out, const ResponseHead& head, Framing framing,
                          std::uint64_t length, Persistence persistence, std::string_view date) {
  append_status(out, head.status, head.reason);
  append_fields(out, head.headers, date);
  if (persistence == Persistence::Close) out.append("Connection: close\r\n");
  if (persistence == Persistence::KeepAlive) out.append("Connection: keep-alive\r\n");
  append_framing(out, framing, length);
  out.append("\r\n");
}

void append_upgrade_head(std::string& out, const ResponseHead& head, std::string_view date) {
  append_status(out, 101, {});
  append_fields(out, head.headers, date);
  out.append("Connection: Upgrade\r\n\r\n");
}

}  // namespace wws::http::h1
