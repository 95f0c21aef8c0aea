// The opening handshake of WebSocket, as a server has it: RFC 6455 section 4.2. Pure.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/message.h"
#include "http/websocket/deflate.h"

namespace wws::http::websocket {

struct Handshake {
  std::string accept;  // Sec-WebSocket-Accept
  std::optional<DeflateParameters> deflate;
};

// Whether the client asks for a WebSocket at all: whatever is wrong with it is then said to it.
[[nodiscard]] bool asks_for_websocket(const RequestHead& request) noexcept;

// What the request asks for, or the answer that says what is wrong with it: 426 where it is no
// WebSocket or one of another version, else 400.
struct HandshakeRefusal {
  ResponseHead head;
  std::string body;
};
[[nodiscard]] std::expected<Handshake, HandshakeRefusal> read_handshake(const RequestHead& request);

// Makes of a worker's head (its fields, a subprotocol among them) that of the response. Errors:
// Invalid, where it names a subprotocol that the client did not offer, which it would not bear.
[[nodiscard]] Result<void> complete_handshake(const RequestHead& request,
                                              const Handshake& handshake, ResponseHead& response);

}  // namespace wws::http::websocket
