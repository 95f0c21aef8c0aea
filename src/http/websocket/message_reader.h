// MessageReader: what a client sends over a WebSocket, as messages and control frames (RFC 6455
// sections 5 to 8, RFC 7692). Pure: bytes in, events out.
//
// Strict, and as early as the bytes allow: the first wrong bit, length or byte of text fails, and
// what failed stays so. Memory is bounded by `max_message_bytes`, whatever lengths are announced
// and whatever compressed data grow to. Belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/websocket/deflate.h"
#include "http/websocket/frame.h"
#include "http/websocket/utf8.h"

namespace wws::http::websocket {

class MessageReader final {
 public:
  enum class Event : std::uint8_t {
    NeedMore,  // all bytes were taken
    Text,      // payload() is a message, UTF-8
    Binary,
    Ping,  // payload() is what a pong returns
    Pong,
    Close,   // payload() is its reason, code() its code
    Failed,  // code() and failure() say how and why
  };
  struct Step {
    Event event;
    std::size_t consumed;
  };

  // `max_message_bytes` 0: any. Without `deflate` nothing is compressed.
  MessageReader(std::uint64_t max_message_bytes, const std::optional<DeflateParameters>& deflate);

  // Takes bytes up to the next event. After a close nothing more is to be read.
  [[nodiscard]] Step read(std::string_view bytes);

  // Of the last event; a message may be moved out of it.
  [[nodiscard]] std::string& payload() noexcept { return payload_; }
  [[nodiscard]] std::uint16_t code() const noexcept { return code_; }
  [[nodiscard]] const char* failure() const noexcept { return failure_; }  // static text

 private:
  Event fail(std::uint16_t code, const char* why) noexcept;
  // The head is there: whether its frame may come now.
  [[nodiscard]] Event begin_frame();
  [[nodiscard]] Event add(std::string_view bytes);
  [[nodiscard]] Event add_compressed();
  [[nodiscard]] Event end_frame();
  [[nodiscard]] Event end_message();
  [[nodiscard]] Event end_close();

  const std::uint64_t most_;
  std::optional<Inflater> inflater_;

  std::string head_bytes_;  // of a head that came in parts
  FrameHead frame_;
  std::uint64_t taken_ = 0;  // bytes of the frame's payload
  bool in_frame_ = false;

  bool in_message_ = false;  // a fragment came that was not the last
  bool compressed_ = false;  // the message under way
  Opcode kind_ = Opcode::Text;
  std::string message_;  // what of it has come, decompressed
  std::string control_;  // of a control frame, which may come between fragments
  std::string piece_;    // compressed bytes, without their mask
  Utf8Check utf8_;
  std::size_t checked_ = 0;  // bytes of message_

  std::string payload_;
  std::uint16_t code_ = 0;
  const char* failure_ = nullptr;
};

}  // namespace wws::http::websocket
