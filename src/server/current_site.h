// CurrentSite: which site is served now. replace() changes it for all loops in one step: a request
// that begins after it returned gets the new one, on whichever loop.
//
// Thread-safe. Loops look through a SiteView of their own: asking costs them one read of a word
// that is seldom written, and the counts of references that requests change are the loop's alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "server/site.h"

namespace wws::server {

using SitePointer = std::shared_ptr<const Site>;

class CurrentSite final {
 public:
  explicit CurrentSite(SitePointer site) : site_(std::move(site)) {}
  CurrentSite(const CurrentSite&) = delete;
  CurrentSite& operator=(const CurrentSite&) = delete;
  ~CurrentSite() = default;

  // How many sites there were, this one counted.
  [[nodiscard]] std::uint64_t version() const noexcept {
    return version_.load(std::memory_order_acquire);
  }
  [[nodiscard]] SitePointer get() const {
    const std::lock_guard lock(mutex_);
    return site_;
  }
  [[nodiscard]] SitePointer get(std::uint64_t& version) const {
    const std::lock_guard lock(mutex_);
    version = version_.load(std::memory_order_relaxed);
    return site_;
  }
  void replace(SitePointer next) {
    {
      const std::lock_guard lock(mutex_);
      site_.swap(next);
      version_.fetch_add(1, std::memory_order_release);
    }
    next.reset();  // the old one, without the lock, where this was its last holder
  }

 private:
  mutable std::mutex mutex_;
  SitePointer site_;
  std::atomic<std::uint64_t> version_{1};
};

// One loop's view. Belongs to the loop; `current` outlives it.
class SiteView final {
 public:
  explicit SiteView(const CurrentSite& current) : current_(current) { take(); }
  SiteView(const SiteView&) = delete;
  SiteView& operator=(const SiteView&) = delete;
  ~SiteView() = default;

  // The site that is served now. Who keeps a copy keeps the site.
  [[nodiscard]] const SitePointer& now() {
    if (current_.version() != version_) take();
    return site_;
  }

 private:
  void take() {
    // A count of its own: those of a pointer that all loops copy would travel between the cores.
    const auto holder = std::make_shared<const SitePointer>(current_.get(version_));
    site_ = SitePointer(holder, holder->get());
  }

  const CurrentSite& current_;
  std::uint64_t version_ = 0;
  SitePointer site_;
};

}  // namespace wws::server
