#include "http/websocket/utf8.h"

#include <cstring>

namespace wws::http::websocket {

bool Utf8Check::add(std::string_view bytes) noexcept {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (awaited_ == 0 && at + 8 <= bytes.size()) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, 8);
      if ((word & 0x8080808080808080u) == 0) {
        at += 8;
        continue;
      }
    }
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    if (awaited_ == 0) {
      if (!begin(byte)) return false;
      continue;
    }
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xbf;
    --awaited_;
  }
  return true;
}

// The second byte's range keeps out what is too long, surrogates, and what is above U+10FFFF.
bool Utf8Check::begin(std::uint8_t byte) noexcept {
  if (byte < 0x80) return true;
  if (byte < 0xc2 || byte > 0xf4) return false;
  awaited_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
  high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
  return true;
}

}  // namespace wws::http::websocket
