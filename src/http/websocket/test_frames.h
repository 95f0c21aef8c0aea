// What a client sends, for tests: frames with a mask.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/websocket/frame.h"

namespace wws::http::websocket {

enum class Final : bool { No, Yes };

// `first` is the whole first byte, opcode and bits.
inline std::string raw_client_frame(unsigned first, std::string_view payload) {
  constexpr Mask kMask{0x37, 0xfa, 0x21, 0x3d};
  std::string head;
  append_server_head(head, {.length = payload.size()});
  head[0] = static_cast<char>(first);
  head[1] = static_cast<char>(static_cast<std::uint8_t>(head[1]) | 0x80);
  head.append(reinterpret_cast<const char*>(kMask.data()), 4);
  std::string masked(payload);
  apply_mask(masked.data(), masked.size(), kMask, 0);
  return head + masked;
}

inline std::string client_frame(Opcode opcode, std::string_view payload, Final final = Final::Yes) {
  return raw_client_frame((final == Final::Yes ? 0x80u : 0u) | static_cast<unsigned>(opcode),
                          payload);
}

inline std::string close_payload_of(std::uint16_t code, std::string_view reason = "") {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} +
         std::string(reason);
}

}  // namespace wws::http::websocket
