// Reader: the primitive encodings of the binary format, strict about lengths. After the first read
// that does not fit or is overlong it stays failed and returns zeros; `ok()` is false.
// https://webassembly.github.io/spec/core/binary/values.html
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace wws::wasm::binary {

class Reader {
 public:
  Reader(ByteView bytes, std::size_t origin) noexcept : bytes_(bytes), origin_(origin) {}

  [[nodiscard]] std::uint8_t u8() noexcept {
    if (!ok_ || at_ == bytes_.size()) return give_up();
    return bytes_[at_++];
  }
  [[nodiscard]] std::uint32_t u32() noexcept {
    return static_cast<std::uint32_t>(unsigned_leb(32));
  }
  [[nodiscard]] std::uint64_t u64() noexcept { return unsigned_leb(64); }
  [[nodiscard]] std::int32_t s32() noexcept { return static_cast<std::int32_t>(signed_leb(32)); }
  [[nodiscard]] std::int64_t s33() noexcept { return signed_leb(33); }
  [[nodiscard]] std::int64_t s64() noexcept { return signed_leb(64); }
  // A fixed-width little-endian number.
  template <typename T>
  [[nodiscard]] T fixed() noexcept {
    T value{};
    const ByteView raw = take(sizeof(T));
    if (ok_) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  [[nodiscard]] ByteView take(std::size_t count) noexcept {
    if (!ok_ || count > remaining()) {
      give_up();
      return {};
    }
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }
  // A length, then that many bytes.
  [[nodiscard]] ByteView prefixed() noexcept { return take(u32()); }
  [[nodiscard]] std::string_view name() noexcept { return as_text(prefixed()); }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == bytes_.size(); }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - at_; }
  // Where the next byte is, counted from the module's first byte.
  [[nodiscard]] std::size_t offset() const noexcept { return origin_ + at_; }

 private:
  std::uint8_t give_up() noexcept {
    ok_ = false;
    return 0;
  }
  // At most ceil(bits / 7) bytes, and no bit set beyond `bits`.
  std::uint64_t unsigned_leb(unsigned bits) noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
      const std::uint8_t byte = u8();
      const std::uint64_t payload = byte & 0x7f;
      if (bits - shift < 7 && (payload >> (bits - shift)) != 0) return give_up();
      value |= payload << shift;
      if (byte < 0x80) return value;
    }
    return give_up();
  }
  // The same; bits beyond `bits` repeat the sign.
  std::int64_t signed_leb(unsigned bits) noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
      const std::uint8_t byte = u8();
      const std::uint64_t payload = byte & 0x7f;
      if (bits - shift < 7 && !repeats_sign(payload, bits - shift)) return give_up();
      value |= payload << shift;
      if (byte < 0x80) return extend(value, shift + 7, (byte & 0x40) != 0);
    }
    return give_up();
  }
  static bool repeats_sign(std::uint64_t payload, unsigned used) noexcept {
    const std::uint64_t rest = payload >> (used - 1);
    return rest == 0 || rest == (0x7fu >> (used - 1));
  }
  static std::int64_t extend(std::uint64_t value, unsigned width, bool negative) noexcept {
    if (negative && width < 64) value |= ~std::uint64_t{0} << width;
    return static_cast<std::int64_t>(value);
  }

  ByteView bytes_;
  std::size_t origin_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace wws::wasm::binary
