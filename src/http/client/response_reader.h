// ResponseReader: bytes of an upstream in, a response's head and decoded body out. No I/O.
//
// The upstream is hostile: heads, chunk heads and trailers are bounded by `max_head_bytes`, the
// fields of a head by kMostFields, interim responses (1xx) by a count, and every framing that two
// parsers could read differently is Internal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace wws::http {

enum class BodyExpected : bool { No, Yes };  // No: the answer to HEAD

class ResponseReader final {
 public:
  ResponseReader(BodyExpected body, std::uint32_t max_head_bytes);
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;
  ~ResponseReader();

  void append(std::string_view bytes);
  // The peer closed: Gone when the message is not complete by that.
  [[nodiscard]] Result<void> end_of_stream();

  // The final head, or nothing while more bytes are needed. Call until it came, then no more.
  [[nodiscard]] Result<std::optional<ResponseHead>> parse_head();
  // Decoded bytes of the body; empty when more are needed, or at the end (`done()`).
  [[nodiscard]] Result<std::string> parse_body();

  [[nodiscard]] bool done() const noexcept;
  // After `done()`: the connection may carry another request.
  [[nodiscard]] bool reusable() const;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }

 private:
  struct Parser;

  void restart();
  [[nodiscard]] Result<ResponseHead> copy_head();
  void consume(std::size_t count);

  std::unique_ptr<Parser> parser_;
  BodyExpected body_;
  std::uint32_t max_head_bytes_;
  std::string input_;
  int interim_ = 0;
  std::optional<std::uint64_t> length_;
};

}  // namespace wws::http
