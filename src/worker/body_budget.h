// BodyBudget: how many bytes of request bodies are held on the host at once, by all workers that
// take a body whole. Without it, clients that send slowly would fill the memory: each connection
// may hold one body. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>

namespace wws::worker {

class BodyBudget final {
 public:
  explicit BodyBudget(std::uint64_t most) : most_(most) {}
  BodyBudget(const BodyBudget&) = delete;
  BodyBudget& operator=(const BodyBudget&) = delete;
  ~BodyBudget() = default;

  // What one request holds; given back at its end.
  class Share final {
   public:
    explicit Share(BodyBudget& budget) : budget_(budget) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { budget_.held_ -= bytes_; }

    // False when there is no room for so many more: nothing is taken then.
    [[nodiscard]] bool take(std::uint64_t bytes) {
      if (budget_.held_.fetch_add(bytes) + bytes > budget_.most_) {
        budget_.held_ -= bytes;
        return false;
      }
      bytes_ += bytes;
      return true;
    }

   private:
    BodyBudget& budget_;
    std::uint64_t bytes_ = 0;
  };

 private:
  const std::uint64_t most_;
  std::atomic<std::uint64_t> held_ = 0;
};

}  // namespace wws::worker
