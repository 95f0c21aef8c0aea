// PageScan: which pages of a private file mapping this process may have written, from the kernel's
// PAGEMAP_SCAN (Linux 6.7). A page is reported when it is no page of the file, and present or
// swapped out or being moved. "Written" is never asked for: without userfaultfd it says nothing.
// https://docs.kernel.org/admin-guide/mm/pagemap.html
//
// One for each thread: it owns the buffer of regions. The descriptor must be opened by the process
// that scans; in a forked child an inherited one describes the parent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace wws::wasm {

// Opens /proc/self/pagemap. Errors: Unsupported.
[[nodiscard]] Result<int> open_pagemap();

// The kernel's struct page_region.
struct PageRegion {
  std::uint64_t start = 0, end = 0, categories = 0;

  [[nodiscard]] bool zero_page() const noexcept { return (categories & 32) != 0; }
  [[nodiscard]] bool swapped() const noexcept { return (categories & 16) != 0; }
};

class PageScan {
 public:
  static constexpr std::size_t kRegionsAtOnce = 512;

  // `at_once`: what one call of the kernel may report, kRegionsAtOnce at most.
  explicit PageScan(int pagemap, std::size_t at_once = kRegionsAtOnce) noexcept
      : pagemap_(pagemap), at_once_(at_once) {}
  PageScan(const PageScan&) = delete;
  PageScan& operator=(const PageScan&) = delete;
  ~PageScan() = default;

  // Calls `visit(region)` for every region of [start, end), in ascending order, until it returns
  // false. False: the scan failed or was stopped, and nothing may be concluded from it.
  template <typename Visit>
  [[nodiscard]] bool scan(const std::uint8_t* start, const std::uint8_t* end, Visit&& visit) {
    auto at = reinterpret_cast<std::uint64_t>(start);
    const auto limit = reinterpret_cast<std::uint64_t>(end);
    while (at < limit) {
      const std::int64_t count = next(at, limit);
      if (count < 0) return false;
      for (std::int64_t i = 0; i < count; ++i)
        if (!visit(regions_[static_cast<std::size_t>(i)])) return false;
    }
    return true;
  }

 private:
  // Fills regions_, moves `at` on. Negative: an error, or no progress.
  [[nodiscard]] std::int64_t next(std::uint64_t& at, std::uint64_t end) noexcept;

  int pagemap_;
  std::size_t at_once_;
  std::array<PageRegion, kRegionsAtOnce> regions_{};
};

// Which pages of [start, start + count pages) are anonymous, present or swapped out, read from the
// pagemap file's words: another way through the kernel than the scan, and slower. Others read as
// the file that is mapped there. Errors: Unsupported.
[[nodiscard]] Result<std::vector<bool>> anonymous_pages(int pagemap, const std::uint8_t* start,
                                                        std::size_t count);

}  // namespace wws::wasm
