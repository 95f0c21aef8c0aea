#include "wasm/kept_mode.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "wasm/fault_count.h"
#include "wasm/linear_memory.h"
#include "wasm/page_scan.h"
#include "wasm/self_test.h"

namespace wws::wasm {
namespace {

// Debian 12's libc does not name it. Merged pages would make the page scan's answers incomplete,
// and tell one guest what pages another has.
constexpr int kSetMemoryMerge = 67;

}  // namespace

Result<std::unique_ptr<KeptMode>> KeptMode::create(Wanted wanted, observe::Log& log) {
  std::unique_ptr<KeptMode> mode(new KeptMode(log));
  WWS_CHECK(mode->map_fork_word());
  prctl(kSetMemoryMerge, 0, 0, 0, 0);
  if (wanted == Wanted::No) {
    mode->why_off_ = "switched off by its option";
    return mode;
  }
  auto pagemap = open_pagemap();
  if (!pagemap) {
    mode->why_off_ = pagemap.error().message();
    return mode;
  }
  mode->pagemap_ = *pagemap;
  if (auto tested = test_page_scan(mode->pagemap_); !tested)
    mode->why_off_ = tested.error().message();
  mode->on_ = mode->why_off_.empty();
  mode->faults_count_ = test_fault_count().has_value();
  return mode;
}

KeptMode::~KeptMode() {
  if (pagemap_ >= 0) close(pagemap_);
  if (fork_word_ != nullptr) munmap(const_cast<std::uint64_t*>(fork_word_), kHostPage);
}

Result<void> KeptMode::map_fork_word() {
  void* page = mmap(nullptr, kHostPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED || madvise(page, kHostPage, MADV_WIPEONFORK) != 0)
    return fail(ErrorKind::Unsupported,
                fmt::format("this kernel cannot mark forked children: {}", std::strerror(errno)));
  fork_word_ = static_cast<volatile std::uint64_t*>(page);
  *fork_word_ = 1;
  return {};
}

std::string KeptMode::why_off() const {
  const std::scoped_lock lock(mutex_);
  return why_off_;
}

void KeptMode::switch_off(std::string why) {
  const std::scoped_lock lock(mutex_);
  if (!on_.exchange(false)) return;
  why_off_ = std::move(why);
  log_.error(
      "sandboxes are no longer kept: every request gets a new instance from now on, which is "
      "slower and as safe; please report this with your kernel's version",
      {{"why", why_off_}});
}

}  // namespace wws::wasm
