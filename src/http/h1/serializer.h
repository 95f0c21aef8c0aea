// Response heads as bytes of HTTP/1.1 (RFC 9112 section 4). Pure but for the Date field, which is
// formatted once a second.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace wws::http::h1 {

// How the receiver finds the end of the body.
enum class Framing : std::uint8_t { NoBody, Length, Chunked, UntilClose };
// What the Connection field says: nothing (1.1's default is to stay), stay (for 1.0), or close.
enum class Persistence : std::uint8_t { Implied, KeepAlive, Close };

class DateText final {
 public:
  // "Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 section 5.6.7. The view lives until the next call.
  [[nodiscard]] std::string_view at(std::time_t now);

 private:
  std::time_t second_ = -1;
  std::string text_;
};

// Whether the head can be written at all. An Invalid error names the field: a value with a line
// break would let its author write the rest of the connection.
[[nodiscard]] Result<void> check_response_head(const ResponseHead& head);

// Whether a field of this name is the server's to send: framing, Date, the connection.
[[nodiscard]] bool is_servers_own(std::string_view name) noexcept;

// Appends a checked head with its empty line. Fields that are the server's are skipped.
void append_response_head(std::string& out, const ResponseHead& head, Framing framing,
                          std::uint64_t length, Persistence persistence, std::string_view date);

// The head of 101, after which another protocol is spoken; its fields are checked.
void append_upgrade_head(std::string& out, const ResponseHead& head, std::string_view date);

}  // namespace wws::http::h1
