// Bytes as values and views, and the little-endian readers and writers of the guest ABIs.
//
// A guest lies in every length: ByteReader never reads past its end. After the first read that does
// not fit it stays failed, returns zeros and empty views, and `ok()` is false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace wws {

using ByteView = std::span<const std::uint8_t>;
using MutableByteView = std::span<std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads little-endian numbers and length-prefixed strings; a borrow of the bytes it was given.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) noexcept : bytes_(bytes) {}

  template <typename T>
    requires std::is_arithmetic_v<T>
  [[nodiscard]] T number() noexcept {
    T value{};
    if (!take(sizeof(T))) return value;
    std::memcpy(&value, bytes_.data() + at_ - sizeof(T), sizeof(T));
    return value;
  }
  [[nodiscard]] ByteView bytes(std::size_t count) noexcept {
    if (!take(count)) return {};
    return bytes_.subspan(at_ - count, count);
  }
  [[nodiscard]] std::string_view text(std::size_t count) noexcept { return as_text(bytes(count)); }
  // A u32 length, then that many bytes.
  [[nodiscard]] std::string_view prefixed_text() noexcept { return text(number<std::uint32_t>()); }

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - at_; }

 private:
  bool take(std::size_t count) noexcept {
    if (!ok_ || count > bytes_.size() - at_) {
      ok_ = false;
      return false;
    }
    at_ += count;
    return true;
  }

  ByteView bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Appends the same format to a string.
class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) noexcept : out_(out) {}

  template <typename T>
    requires std::is_arithmetic_v<T>
  void number(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }
  void text(std::string_view value) { out_.append(value); }
  void prefixed_text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }

 private:
  std::string& out_;
};

}  // namespace wws
