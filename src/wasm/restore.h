// Putting a kept memory back: after restore() it equals the image byte for byte, whatever the guest
// did, or the answer is Drop and the instance must not be used again.
//
// The rule, and why it is complete: a page of the mapping reads as the base unless it became
// anonymous; every anonymous page is reported by the scan (present, swapped, moving). So: put back
// every reported page, and every delta page that was not reported. Where the thread had no page
// fault since the lease began (fault_count.h), the pages are those of the last restore, since an
// idle memory is touched by nobody, and no scan is needed; one in kScanEvery is made all the same,
// and has to agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "wasm/fault_count.h"
#include "wasm/image.h"
#include "wasm/linear_memory.h"
#include "wasm/page_scan.h"

namespace wws::wasm {

struct Restored {
  bool drop = false;
  std::string_view why;     // of a drop; a literal
  bool untruthful = false;  // the kernel's answer was wrong: keep no instance from now on
  std::uint32_t pages = 0;  // that the scan reported
  bool trimmed = false;
  bool scanned = true;  // false: the pages of the last scan were put back
};

// How a thread learns what was written; one for each pool.
struct RestoreTools {
  PageScan scan;
  FaultCount faults;
};

// What an instance remembers between restores.
struct RestoreHistory {
  std::uint32_t usual_pages = 0;  // that its leases leave
  // Pages that the next restore is to find without wondering, besides the image's own.
  std::uint32_t expected_pages = 0;
  // Every page that may have been anonymous after the last restore, ascending, with what it then
  // held; only if `known`.
  std::vector<PageRecipe> anonymous;
  bool known = false;
  // The thread's faults no later than the lease's begin.
  std::optional<FaultMark> began;
  std::uint32_t reported = 0;   // by the last scan
  std::uint32_t unscanned = 0;  // restores since then

  // Before anything is written in a lease.
  void begin_lease(const RestoreTools& tools) noexcept { began = tools.faults.last(); }
  // The next restore is to another image of the same base.
  void expect(const MemoryImage& image);
  // After somebody else discarded or wrote pages.
  void forget_pages() noexcept { known = false; }
};

// A restore that could do without a scan makes one this often, to check what it relies on.
inline constexpr std::uint32_t kScanEvery = 64;

// More reported pages than this are dearer to put back than to fault in again.
inline constexpr std::uint32_t kMaxRestoredPages = 400;

// The memory's size must be the image's. `canary` is what write_canary() wrote.
[[nodiscard]] Restored restore(RestoreTools& tools, LinearMemory& memory, const MemoryImage& image,
                               std::uint64_t canary, RestoreHistory& history);
// Makes a memory that equals the image's base, as one freshly mapped onto it does, equal to the
// image: writes the lines that differ.
void lay_over(LinearMemory& memory, const MemoryImage& image) noexcept;

void write_canary(LinearMemory& memory, std::uint64_t number) noexcept;

// Pages that differ from the image now. Where the scan fails, all of the memory is read.
[[nodiscard]] std::uint32_t count_changed_pages(PageScan& scan, const LinearMemory& memory,
                                                const MemoryImage& image);

}  // namespace wws::wasm
