// Putting a kept memory back: after restore() it equals the image byte for byte, whatever the guest
// did, or the answer is Drop and the instance must not be used again.
//
// The rule, and why it is complete: a page of the mapping reads as the base unless it became
// anonymous; every anonymous page is reported by the scan (present, swapped, moving). So: put back
// every reported page, and every delta page that was not reported.
#pragma once

#include <cstdint>
#include <string_view>

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
};

// What an instance remembers between restores: how many pages its leases usually leave.
struct RestoreHistory {
  std::uint32_t usual_pages = 0;
};

// More reported pages than this are dearer to put back than to fault in again.
inline constexpr std::uint32_t kMaxRestoredPages = 400;

// The memory's size must be the image's. `canary` is what write_canary() wrote.
[[nodiscard]] Restored restore(PageScan& scan, LinearMemory& memory, const MemoryImage& image,
                               std::uint64_t canary, RestoreHistory& history);
// Makes a memory that is freshly mapped onto the image's base equal to the image.
void apply_delta(LinearMemory& memory, const MemoryImage& image) noexcept;

void write_canary(LinearMemory& memory, std::uint64_t number) noexcept;

// Pages that differ from the image now. Where the scan fails, all of the memory is read.
[[nodiscard]] std::uint32_t count_changed_pages(PageScan& scan, const LinearMemory& memory,
                                                const MemoryImage& image);

}  // namespace wws::wasm
