// Occupancy: how many connections there are, in all and of each address. Shared by the listeners
// of all loops; thread-safe.
//
// An address is an IPv4 address or the /64 of an IPv6 one, which is what one customer has. Those of
// this machine and unix sockets are not bounded by themselves: whoever can log in here, or the
// proxy in front, stands behind all of them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace wws::http {

class Occupancy final {
 public:
  // 0: any number.
  struct Most {
    std::uint64_t total = 0;
    std::uint64_t per_address = 0;
  };
  explicit Occupancy(Most most) noexcept : most_(most) {}
  Occupancy(const Occupancy&) = delete;
  Occupancy& operator=(const Occupancy&) = delete;
  ~Occupancy() = default;

  // One connection more, or less. Several loops that look at once may go over the bound by one
  // each.
  void enter() noexcept { total_.fetch_add(1, std::memory_order_relaxed); }
  void leave() noexcept { total_.fetch_sub(1, std::memory_order_relaxed); }
  [[nodiscard]] bool is_full() const noexcept {
    return most_.total != 0 && total_.load(std::memory_order_relaxed) >= most_.total;
  }
  [[nodiscard]] std::uint64_t total() const noexcept {
    return total_.load(std::memory_order_relaxed);
  }

  // A place of an address, given back when it ends. The occupancy outlives it.
  class Place final {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), key_(other.key_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(key_, other.key_);
      return *this;
    }
    ~Place() {
      if (owner_ != nullptr) owner_->give_back(key_);
    }

   private:
    friend class Occupancy;
    Place(Occupancy& owner, std::uint64_t key) noexcept : owner_(&owner), key_(key) {}
    Occupancy* owner_ = nullptr;  // null: of an address that is not bounded
    std::uint64_t key_ = 0;
  };
  // Nothing when the address has all that it may.
  [[nodiscard]] std::optional<Place> take(std::string_view address);

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, std::uint32_t> counts;
  };
  [[nodiscard]] Shard& shard_of(std::uint64_t key) noexcept;
  void give_back(std::uint64_t key) noexcept;

  const Most most_;
  std::atomic<std::uint64_t> total_{0};
  std::array<Shard, kShards> shards_;
};

}  // namespace wws::http
