#include "http/websocket/frame.h"

#include <cstring>

namespace wws::http::websocket {
namespace {

constexpr unsigned kFinal = 0x80, kRsv1 = 0x40, kRsv23 = 0x30, kMasked = 0x80;

ReadHead failed(const char* why) noexcept {
  ReadHead read;
  read.failure = why;
  return read;
}

bool is_known(unsigned opcode) noexcept { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

std::uint64_t read_number(std::string_view bytes) noexcept {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<std::uint8_t>(c);
  return number;
}

void append_number(std::string& out, std::uint64_t number, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<char>(number >> (8 * i) & 0xff));
}

}  // namespace

bool is_sendable_code(std::uint16_t code) noexcept {
  if (code >= 3000 && code <= 4999) return true;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

std::optional<ReadHead> read_client_head(std::string_view bytes, Compressed compressed) noexcept {
  if (bytes.empty()) return std::nullopt;
  ReadHead read;
  const unsigned first = static_cast<std::uint8_t>(bytes[0]);
  const unsigned opcode = first & 0x0f;
  if (!is_known(opcode)) return failed("a frame has an unknown opcode");
  read.head.final = (first & kFinal) != 0;
  read.head.opcode = static_cast<Opcode>(opcode);
  read.head.compressed = (first & kRsv1) != 0;
  if ((first & kRsv23) != 0) return failed("a frame has reserved bits");
  const bool begins_message =
      read.head.opcode == Opcode::Text || read.head.opcode == Opcode::Binary;
  if (read.head.compressed && (compressed == Compressed::Never || !begins_message))
    return failed("a frame has reserved bits");
  if (is_control(read.head.opcode) && !read.head.final)
    return failed("a control frame is fragmented");
  if (bytes.size() < 2) return std::nullopt;

  const unsigned second = static_cast<std::uint8_t>(bytes[1]);
  if ((second & kMasked) == 0) return failed("a frame of the client is not masked");
  const unsigned length = second & 0x7f;
  if (is_control(read.head.opcode) && length > kMostControlBytes)
    return failed("a control frame is too long");
  const std::size_t more = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (bytes.size() < 2 + more) return std::nullopt;
  read.head.length = more == 0 ? length : read_number(bytes.substr(2, more));
  const bool shortest =
      more == 0 || (more == 2 ? read.head.length > 125 : read.head.length > 0xffff);
  if (!shortest) return failed("a frame's length is not written in its shortest form");
  if (read.head.length >> 63 != 0) return failed("a frame's length is negative");
  if (bytes.size() < 2 + more + 4) return std::nullopt;
  std::memcpy(read.head.mask.data(), bytes.data() + 2 + more, 4);
  read.size = 2 + more + 4;
  return read;
}

void append_server_head(std::string& out, const FrameHead& head) {
  const unsigned first = (head.final ? kFinal : 0u) | (head.compressed ? kRsv1 : 0u) |
                         static_cast<unsigned>(head.opcode);
  out.push_back(static_cast<char>(first));
  if (head.length <= 125) {
    out.push_back(static_cast<char>(head.length));
  } else if (head.length <= 0xffff) {
    out.push_back(126);
    append_number(out, head.length, 2);
  } else {
    out.push_back(127);
    append_number(out, head.length, 8);
  }
}

void apply_mask(char* bytes, std::size_t size, const Mask& mask, std::uint64_t offset) noexcept {
  Mask turned{};
  for (std::size_t i = 0; i < 4; ++i) turned[i] = mask[(offset + i) & 3];
  std::uint32_t word = 0;
  std::memcpy(&word, turned.data(), 4);
  std::size_t at = 0;
  for (; at + 4 <= size; at += 4) {
    std::uint32_t here = 0;
    std::memcpy(&here, bytes + at, 4);
    here ^= word;
    std::memcpy(bytes + at, &here, 4);
  }
  for (; at < size; ++at)
    bytes[at] = static_cast<char>(static_cast<std::uint8_t>(bytes[at]) ^ turned[at & 3]);
}

}  // namespace wws::http::websocket
