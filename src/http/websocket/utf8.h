// Whether bytes that come in pieces are UTF-8 (RFC 3629): the first byte that cannot be is found in
// the piece that it comes in.
#pragma once

#include <cstdint>
#include <string_view>

namespace wws::http::websocket {

class Utf8Check final {
 public:
  // False from the first wrong byte on.
  [[nodiscard]] bool add(std::string_view bytes) noexcept;
  // Whether no character is left open.
  [[nodiscard]] bool is_complete() const noexcept { return awaited_ == 0; }
  void reset() noexcept { awaited_ = 0; }

 private:
  // Takes the byte that begins a character.
  [[nodiscard]] bool begin(std::uint8_t byte) noexcept;

  std::uint8_t awaited_ = 0;               // bytes of the character under way
  std::uint8_t low_ = 0x80, high_ = 0xbf;  // what the next of them may be
};

}  // namespace wws::http::websocket
