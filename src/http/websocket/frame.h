// Frames of WebSocket as bytes: RFC 6455 section 5.2. Pure.
//
// Of what a client sends: reserved bits that were not agreed on, unknown opcodes, control frames in
// parts or over 125 bytes, lengths that are not the shortest and frames without a mask are
// failures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wws::http::websocket {

enum class Opcode : std::uint8_t {
  Continuation = 0,
  Text = 1,
  Binary = 2,
  Close = 8,
  Ping = 9,
  Pong = 10
};
[[nodiscard]] constexpr bool is_control(Opcode opcode) noexcept {
  return (static_cast<unsigned>(opcode) & 8u) != 0;
}

// RFC 6455 section 7.4.1.
inline constexpr std::uint16_t kNormalClosure = 1000;
inline constexpr std::uint16_t kGoingAway = 1001;
inline constexpr std::uint16_t kProtocolError = 1002;
inline constexpr std::uint16_t kNoStatus = 1005;  // a close frame without a code; never sent
inline constexpr std::uint16_t kAbnormal = 1006;  // no close frame; never sent
inline constexpr std::uint16_t kInvalidData = 1007;
inline constexpr std::uint16_t kTooBig = 1009;
inline constexpr std::uint16_t kInternalError = 1011;
// https://www.iana.org/assignments/websocket/websocket.xhtml
inline constexpr std::uint16_t kServiceRestart = 1012;
// Whether a close frame may have this code.
[[nodiscard]] bool is_sendable_code(std::uint16_t code) noexcept;

inline constexpr std::size_t kMostControlBytes = 125;
inline constexpr std::size_t kMostReasonBytes = kMostControlBytes - 2;

using Mask = std::array<std::uint8_t, 4>;

struct FrameHead {
  bool final = true;
  bool compressed = false;  // RSV1, RFC 7692 section 6
  Opcode opcode = Opcode::Text;
  std::uint64_t length = 0;
  Mask mask{};
};

inline constexpr std::size_t kMostHeadBytes = 14;

// A head that ends at `size`, or says why there can be none.
struct ReadHead {
  FrameHead head;
  std::size_t size = 0;
  const char* failure = nullptr;  // static text; the connection fails with kProtocolError
};
enum class Compressed : bool { Never, Agreed };
// The head at the beginning of the bytes; nothing while they are too few to say.
[[nodiscard]] std::optional<ReadHead> read_client_head(std::string_view bytes,
                                                       Compressed compressed) noexcept;

// A server's head, which has no mask.
void append_server_head(std::string& out, const FrameHead& head);

// XORs the bytes with the mask, the first of them with its byte `offset` modulo 4.
void apply_mask(char* bytes, std::size_t size, const Mask& mask, std::uint64_t offset) noexcept;

}  // namespace wws::http::websocket
