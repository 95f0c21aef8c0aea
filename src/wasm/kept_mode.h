// KeptMode: whether instances may be kept in this process, now; shared by all pools of a Runtime.
//
// Off from the start where the self-test says no; off for good after the first failed check. In a
// forked child nothing of the runtime may be used at all: its page scans would describe the parent,
// and the epoch ticker's thread is not there.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "observe/log.h"
#include "wasm/image.h"

namespace wws::wasm {

class KeptMode {
 public:
  // About 2 MB each for JavaScript workers.
  static constexpr std::uint32_t kMaxMergedImages = 32;

  // Opens the pagemap, runs the self-test unless `wanted` is false.
  enum class Wanted : std::uint8_t { No, IfTheKernelAllows };
  static Result<std::unique_ptr<KeptMode>> create(Wanted wanted, observe::Log& log);
  KeptMode(const KeptMode&) = delete;
  KeptMode& operator=(const KeptMode&) = delete;
  ~KeptMode();

  [[nodiscard]] bool on() const noexcept { return on_.load(std::memory_order_acquire); }
  [[nodiscard]] std::string why_off() const;
  // For good, and loudly: a page was not what it had to be.
  void switch_off(std::string why);
  // Thread-safe. True in a process that was forked from the one that made this.
  [[nodiscard]] bool forked() const noexcept { return *fork_word_ == 0; }
  [[nodiscard]] int pagemap() const noexcept { return pagemap_; }
  // Whether restores may rely on the kernel's count of page faults.
  [[nodiscard]] bool faults_count() const noexcept { return faults_count_; }
  [[nodiscard]] const MergeBudget& merging() const noexcept { return merging_; }

 private:
  explicit KeptMode(observe::Log& log) : log_(log) {}
  Result<void> map_fork_word();

  observe::Log& log_;
  std::atomic<bool> on_{false};
  mutable std::mutex mutex_;
  std::string why_off_;
  int pagemap_ = -1;
  bool faults_count_ = false;
  MergeBudget merging_{kMaxMergedImages};
  // In a page that the kernel empties in forked children.
  volatile std::uint64_t* fork_word_ = nullptr;
};

}  // namespace wws::wasm
