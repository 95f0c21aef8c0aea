// permessage-deflate: RFC 7692. What is agreed on, and messages through it.
//
// The windows are kept small, because each socket has them: 4 KiB ours, and the client's where it
// lets us choose. Belongs to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/codec.h"
#include "http/message.h"

namespace wws::http::websocket {

struct DeflateParameters {
  int server_window_bits = 15;
  int client_window_bits = 15;
  bool server_keeps_context = true;
  bool client_keeps_context = true;
  bool client_window_given = false;  // the client lets us choose its window

  // The response's Sec-WebSocket-Extensions.
  [[nodiscard]] std::string to_string() const;
};

// Of the offers in the request's Sec-WebSocket-Extensions the first that can be had; none, too,
// where the field is not well-formed.
[[nodiscard]] std::optional<DeflateParameters> choose_deflate(const Headers& request);

// Compresses messages, one after the other.
class Deflater final {
 public:
  explicit Deflater(const DeflateParameters& parameters) : parameters_(parameters) {}

  // A part of a message, not empty, appended to `out`; `last` ends it.
  enum class Part : bool { More, Last };
  [[nodiscard]] Result<void> add(std::string_view bytes, Part part, std::string& out);

 private:
  const DeflateParameters parameters_;
  std::unique_ptr<codec::Codec> codec_;  // made for the first message
};

// Decompresses them.
class Inflater final {
 public:
  explicit Inflater(const DeflateParameters& parameters) : parameters_(parameters) {}

  // A part of a message, appended to `out`, which does not grow past `most` bytes (0: any). Errors:
  // Invalid for what is not deflate, Exhausted past `most`.
  [[nodiscard]] Result<void> add(std::string_view bytes, std::uint64_t most, std::string& out);
  // The message is over.
  [[nodiscard]] Result<void> end(std::uint64_t most, std::string& out);

 private:
  [[nodiscard]] Result<void> feed(std::string_view bytes, std::uint64_t most, std::string& out);

  const DeflateParameters parameters_;
  std::unique_ptr<codec::Codec> codec_;
  bool finished_ = false;  // the message's data said so themselves
};

}  // namespace wws::http::websocket
