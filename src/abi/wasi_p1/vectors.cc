#include "abi/wasi_p1/vectors.h"

#include <algorithm>

namespace wws::abi::wasi_p1 {
namespace {

constexpr std::uint32_t kVectorBytes = 8;

}  // namespace

Errno Vectors::check() noexcept {
  if (count_ > kMost) return Errno::Inval;
  if (!memory_.contains(at_, std::uint64_t{count_} * kVectorBytes)) return Errno::Fault;
  std::uint64_t total = 0;
  for (std::uint32_t i = 0; i < count_; ++i) {
    const Vector one = at(i);
    if (!memory_.contains(one.at, one.size)) return Errno::Fault;
    total += one.size;
  }
  if (total > 0xffffffff) return Errno::Inval;
  total_ = static_cast<std::uint32_t>(total);
  return Errno::Success;
}

Vector Vectors::at(std::uint32_t index) const noexcept {
  const std::uint32_t place = at_ + index * kVectorBytes;
  return {memory_.load<std::uint32_t>(place).value_or(0),
          memory_.load<std::uint32_t>(place + 4).value_or(0)};
}

std::vector<iovec> Vectors::ranges(std::size_t most) const {
  std::vector<iovec> ranges;
  ranges.reserve(count_);
  for (std::uint32_t i = 0; i < count_ && most > 0; ++i) {
    const Vector one = at(i);
    const auto bytes = memory_.writable(one.at, one.size);
    if (!bytes) return {};
    const std::size_t size = std::min<std::size_t>(bytes->size(), most);
    ranges.push_back({bytes->data(), size});
    most -= size;
  }
  return ranges;
}

}  // namespace wws::abi::wasi_p1
