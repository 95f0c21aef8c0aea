#include "http/occupancy.h"

#include <algorithm>

#include "http/forwarded/networks.h"

namespace wws::http {
namespace {

using Bits = std::array<std::uint8_t, 16>;

std::uint64_t number_of(const Bits& bits, std::size_t from, std::size_t bytes) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes; ++i) number = number << 8 | bits[from + i];
  return number;
}

// ::ffff:0:0/96 (RFC 4291 section 2.5.5.2).
bool is_v4(const Bits& bits) noexcept {
  return number_of(bits, 0, 8) == 0 && number_of(bits, 8, 4) == 0xffff;
}

// Nothing for what is not bounded. The number of an IPv4 address is one of ::/64, which is
// nobody's.
std::optional<std::uint64_t> key_of(std::string_view address) noexcept {
  const auto bits = address_bits(address);
  if (!bits) return std::nullopt;
  const std::uint64_t low = number_of(*bits, 8, 8);
  if (is_v4(*bits)) {
    if ((*bits)[12] == 127) return std::nullopt;
    return low & UINT32_MAX;
  }
  const std::uint64_t high = number_of(*bits, 0, 8);
  if (high == 0 && low == 1) return std::nullopt;
  return high;
}

}  // namespace

Occupancy::Shard& Occupancy::shard_of(std::uint64_t key) noexcept {
  // Neighbours fall into different shards.
  return shards_[(key * 0x9e3779b97f4a7c15u) >> 60];
}

std::optional<Occupancy::Place> Occupancy::take(std::string_view address) {
  if (most_.per_address == 0) return Place();
  const auto key = key_of(address);
  if (!key) return Place();
  Shard& shard = shard_of(*key);
  const std::lock_guard lock(shard.mutex);
  std::uint32_t& count = shard.counts[*key];
  if (count >= most_.per_address) return std::nullopt;
  ++count;
  return Place(*this, *key);
}

void Occupancy::give_back(std::uint64_t key) noexcept {
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.counts.find(key);
  if (--found->second == 0) shard.counts.erase(found);
}

}  // namespace wws::http
