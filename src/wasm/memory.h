// GuestMemory: the one way to a guest's linear memory. Every access is checked against the size the
// memory has now; a guest that lies gets an error, never the host's bytes.
//
// A borrow: valid until the guest runs again or grows its memory. Never keep one across a
// suspension.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace wws::wasm {

class GuestMemory {
 public:
  GuestMemory() = default;
  GuestMemory(std::uint8_t* base, std::size_t size) noexcept : base_(base), size_(size) {}

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool contains(std::uint32_t at, std::uint64_t count) const noexcept {
    return count <= size_ && at <= size_ - count;
  }
  // Nothing when the range is not inside the memory.
  [[nodiscard]] std::optional<ByteView> view(std::uint32_t at, std::uint64_t count) const noexcept {
    if (!contains(at, count)) return std::nullopt;
    return ByteView(base_ + at, static_cast<std::size_t>(count));
  }
  [[nodiscard]] std::optional<MutableByteView> writable(std::uint32_t at,
                                                        std::uint64_t count) noexcept {
    if (!contains(at, count)) return std::nullopt;
    return MutableByteView(base_ + at, static_cast<std::size_t>(count));
  }
  [[nodiscard]] bool write(std::uint32_t at, ByteView bytes) noexcept {
    if (!contains(at, bytes.size())) return false;
    if (!bytes.empty()) std::memcpy(base_ + at, bytes.data(), bytes.size());
    return true;
  }
  template <typename T>
  [[nodiscard]] std::optional<T> load(std::uint32_t at) const noexcept {
    if (!contains(at, sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, base_ + at, sizeof(T));
    return value;
  }
  template <typename T>
  [[nodiscard]] bool store(std::uint32_t at, T value) noexcept {
    if (!contains(at, sizeof(T))) return false;
    std::memcpy(base_ + at, &value, sizeof(T));
    return true;
  }

 private:
  std::uint8_t* base_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wws::wasm
