#include "wasm/restore.h"

#include <algorithm>
#include <cstring>

namespace wws::wasm {
namespace {

// One restore under way: regions arrive in ascending order, delta pages are merged in.
class Pass {
 public:
  Pass(LinearMemory& memory, const MemoryImage& image) noexcept
      : memory_(memory),
        base_(*image.base()),
        delta_(image.delta()),
        delta_count_(image.delta_pages()) {}

  // False: stop, the instance is to be dropped.
  bool region(const PageRegion& region) noexcept {
    if (region.swapped()) swapped_ = true;
    if (swapped_) return false;
    auto* start = reinterpret_cast<std::uint8_t*>(region.start);
    auto* end = reinterpret_cast<std::uint8_t*>(region.end);
    if (start == memory_.canary()) {
      canary_seen_ = true;
      std::memset(start, 0, kHostPage);
      start += kHostPage;
    }
    pages_ += static_cast<std::uint32_t>(static_cast<std::size_t>(end - start) / kHostPage);
    put_back(number_of(start), number_of(end), region.zero_page());
    return true;
  }

  // Delta pages that no region covered, up to `page`.
  void delta_until(std::uint32_t page) noexcept {
    while (next_ < delta_count_ && delta_->numbers()[next_] < page) copy_next_delta();
  }

  [[nodiscard]] bool swapped() const noexcept { return swapped_; }
  [[nodiscard]] bool canary_seen() const noexcept { return canary_seen_; }
  [[nodiscard]] std::uint32_t pages() const noexcept { return pages_; }

 private:
  [[nodiscard]] std::uint32_t number_of(const std::uint8_t* at) const noexcept {
    return static_cast<std::uint32_t>(static_cast<std::size_t>(at - memory_.base()) / kHostPage);
  }
  [[nodiscard]] std::uint8_t* address(std::uint32_t page) const noexcept {
    return memory_.base() + std::size_t{page} * kHostPage;
  }
  void copy_next_delta() noexcept {
    std::memcpy(address(delta_->numbers()[next_]), delta_->bytes(next_), kHostPage);
    ++next_;
  }
  void put_back(std::uint32_t page, std::uint32_t end, bool zero_pages) noexcept {
    delta_until(page);
    while (page < end) {
      const std::uint32_t stop =
          next_ < delta_count_ ? std::min(end, delta_->numbers()[next_]) : end;
      base_run(page, stop, zero_pages);
      page = stop;
      if (page == end) return;
      copy_next_delta();
      ++page;
    }
  }
  void base_run(std::uint32_t page, std::uint32_t end, bool zero_pages) noexcept {
    for (; page < end; ++page) {
      if (!base_.is_zero(page))
        std::memcpy(address(page), base_.page(page), kHostPage);
      else if (!zero_pages)
        std::memset(address(page), 0, kHostPage);
    }
  }

  LinearMemory& memory_;
  const BaseMemory& base_;
  const PageSet* delta_;
  std::size_t delta_count_;
  std::size_t next_ = 0;
  std::uint32_t pages_ = 0;
  bool swapped_ = false;
  bool canary_seen_ = false;
};

std::uint64_t read_canary(const LinearMemory& memory) noexcept {
  std::uint64_t number;
  std::memcpy(&number, memory.canary(), sizeof number);
  return number;
}

// Whether the instance left so many pages that later leases would pay for them.
bool needs_trim(std::uint32_t pages, std::size_t delta_pages,
                const RestoreHistory& history) noexcept {
  constexpr std::uint32_t kFloor = 64;
  const auto delta = static_cast<std::uint32_t>(delta_pages);
  return pages > kMaxRestoredPages + delta ||
         pages > 2 * std::max(history.usual_pages, kFloor + delta);
}

}  // namespace

void write_canary(LinearMemory& memory, std::uint64_t number) noexcept {
  std::memcpy(memory.canary(), &number, sizeof number);
}

void apply_delta(LinearMemory& memory, const MemoryImage& image) noexcept {
  Pass(memory, image).delta_until(image.base()->page_count());
}

Restored restore(PageScan& scan, LinearMemory& memory, const MemoryImage& image,
                 std::uint64_t canary, RestoreHistory& history) {
  Restored result;
  const auto drop = [&result](std::string_view why) {
    result.drop = true;
    result.why = why;
    return result;
  };
  if (memory.size() != image.base()->size()) return drop("its memory has another size");
  if (read_canary(memory) != canary) return drop("its canary was overwritten");
  Pass pass(memory, image);
  const bool complete =
      scan.scan(memory.canary(), memory.base() + memory.size(),
                [&pass](const PageRegion& region) { return pass.region(region); });
  result.pages = pass.pages();
  if (pass.swapped()) return drop("some of its pages were swapped out or on the move");
  if (!complete) return drop("the page scan failed");
  if (!pass.canary_seen() || read_canary(memory) != 0) {
    result.untruthful = true;
    return drop("the page scan did not report the canary page");
  }
  pass.delta_until(image.base()->page_count());
  if (!needs_trim(result.pages, image.delta_pages(), history)) {
    history.usual_pages =
        history.usual_pages == 0 ? result.pages : (history.usual_pages * 7 + result.pages) / 8;
    return result;
  }
  if (!memory.discard_pages()) return drop("its pages cannot be discarded");
  apply_delta(memory, image);
  result.trimmed = true;
  return result;
}

std::uint32_t count_changed_pages(PageScan& scan, const LinearMemory& memory,
                                  const MemoryImage& image) {
  std::uint32_t changed = 0;
  const auto count = [&](std::size_t from, std::size_t to) {
    for (; from < to; from += kHostPage)
      if (!image.page_equals(static_cast<std::uint32_t>(from / kHostPage), memory.base() + from))
        ++changed;
  };
  const auto base = reinterpret_cast<std::uint64_t>(memory.base());
  if (scan.scan(memory.base(), memory.base() + memory.size(), [&](const PageRegion& region) {
        count(region.start - base, region.end - base);
        return true;
      }))
    return changed;
  changed = 0;
  count(0, memory.size());
  return changed;
}

}  // namespace wws::wasm
