#include "wasm/restore.h"

#include <algorithm>
#include <cstring>

namespace wws::wasm {
namespace {

void put_back(LinearMemory& memory, const PageRecipe& recipe) noexcept {
  recipe.write(memory.base() + std::size_t{recipe.page} * kHostPage);
}

// One restore under way: regions arrive in ascending order, delta pages are merged in.
class Pass {
 public:
  Pass(LinearMemory& memory, const MemoryImage& image, std::vector<PageRecipe>& copied) noexcept
      : memory_(memory),
        image_(image),
        base_(*image.base()),
        delta_count_(image.delta_pages()),
        copied_(copied) {}

  // False: stop, the instance is to be dropped.
  bool region(const PageRegion& region) {
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
    put_back_region(number_of(start), number_of(end), region.zero_page());
    return true;
  }

  // Delta pages that no region covered, up to `page`.
  void delta_until(std::uint32_t page) {
    while (next_ < delta_count_ && image_.delta_page(next_) < page) copy_next_delta();
  }

  [[nodiscard]] bool swapped() const noexcept { return swapped_; }
  [[nodiscard]] bool canary_seen() const noexcept { return canary_seen_; }
  [[nodiscard]] std::uint32_t pages() const noexcept { return pages_; }

 private:
  [[nodiscard]] std::uint32_t number_of(const std::uint8_t* at) const noexcept {
    return static_cast<std::uint32_t>(static_cast<std::size_t>(at - memory_.base()) / kHostPage);
  }
  void copy(const PageRecipe& recipe) {
    put_back(memory_, recipe);
    copied_.push_back(recipe);
  }
  void copy_next_delta() { copy(image_.delta_recipe(next_++)); }
  void put_back_region(std::uint32_t page, std::uint32_t end, bool zero_pages) {
    delta_until(page);
    while (page < end) {
      const std::uint32_t stop =
          next_ < delta_count_ ? std::min(end, image_.delta_page(next_)) : end;
      base_run(page, stop, zero_pages);
      page = stop;
      if (page == end) return;
      copy_next_delta();
      ++page;
    }
  }
  void base_run(std::uint32_t page, std::uint32_t end, bool zero_pages) {
    for (; page < end; ++page) {
      const std::uint8_t* content = base_.content(page);
      if (content != nullptr || !zero_pages) copy({.page = page, .base = content});
    }
  }

  LinearMemory& memory_;
  const MemoryImage& image_;
  const BaseMemory& base_;
  std::size_t delta_count_;
  std::vector<PageRecipe>& copied_;
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
  const auto delta = std::max(static_cast<std::uint32_t>(delta_pages), history.expected_pages);
  return pages > kMaxRestoredPages + delta ||
         pages > 2 * std::max(history.usual_pages, kFloor + delta);
}

// No page became anonymous in this lease: those of the last restore are all.
Restored put_back_known(LinearMemory& memory, RestoreHistory& history) noexcept {
  std::memset(memory.canary(), 0, kHostPage);
  for (const PageRecipe& recipe : history.anonymous) put_back(memory, recipe);
  ++history.unscanned;
  return {.pages = history.reported, .scanned = false};
}

// Whether every page of `found` was known; both ascend.
bool were_known(const std::vector<PageRecipe>& found, const std::vector<PageRecipe>& known) {
  return std::ranges::includes(known, found, {}, &PageRecipe::page, &PageRecipe::page);
}

Restored drop(std::string_view why, bool untruthful = false) noexcept {
  return {.drop = true, .why = why, .untruthful = untruthful};
}

// `unchanged`: the pages have to be those of the history.
Restored put_back_scanned(PageScan& scan, LinearMemory& memory, const MemoryImage& image,
                          bool unchanged, RestoreHistory& history) {
  std::vector<PageRecipe> copied;
  copied.reserve(history.anonymous.size() + image.delta_pages() + 16);
  Pass pass(memory, image, copied);
  const bool complete =
      scan.scan(memory.canary(), memory.base() + memory.size(),
                [&pass](const PageRegion& region) { return pass.region(region); });
  if (pass.swapped()) return drop("some of its pages were swapped out or on the move");
  if (!complete) return drop("the page scan failed");
  if (!pass.canary_seen() || read_canary(memory) != 0)
    return drop("the page scan did not report the canary page", true);
  pass.delta_until(image.base()->page_count());
  if (unchanged && !were_known(copied, history.anonymous))
    return drop("pages were written without a page fault", true);
  history.anonymous = std::move(copied);
  history.reported = pass.pages();
  history.unscanned = 0;
  return {.pages = pass.pages()};
}

}  // namespace

// The union of what may be anonymous and of the image's delta, each with what the image has there.
void RestoreHistory::expect(const MemoryImage& image) {
  usual_pages = 0;
  if (!known) return;
  const BaseMemory& base = *image.base();
  std::vector<PageRecipe> pages;
  pages.reserve(anonymous.size() + image.delta_pages());
  auto old = anonymous.begin();
  const auto old_until = [&](std::uint32_t page) {
    for (; old != anonymous.end() && old->page < page; ++old)
      pages.push_back({.page = old->page, .base = base.content(old->page)});
    if (old != anonymous.end() && old->page == page) ++old;
  };
  for (std::size_t i = 0; i < image.delta_pages(); ++i) {
    old_until(image.delta_page(i));
    pages.push_back(image.delta_recipe(i));
  }
  old_until(base.page_count());
  anonymous = std::move(pages);
}

void lay_over(LinearMemory& memory, const MemoryImage& image) noexcept {
  for (std::size_t i = 0; i < image.delta_pages(); ++i)
    image.delta_recipe(i).lay_over(memory.base() + std::size_t{image.delta_page(i)} * kHostPage);
}

void write_canary(LinearMemory& memory, std::uint64_t number) noexcept {
  std::memcpy(memory.canary(), &number, sizeof number);
}

Restored restore(RestoreTools& tools, LinearMemory& memory, const MemoryImage& image,
                 std::uint64_t canary, RestoreHistory& history) {
  if (memory.size() != image.base()->size()) return drop("its memory has another size");
  if (read_canary(memory) != canary) return drop("its canary was overwritten");
  const bool unchanged = history.known && history.began && history.began == tools.faults.now();
  const auto known = static_cast<std::uint32_t>(history.anonymous.size());
  if (unchanged && history.unscanned < kScanEvery &&
      !needs_trim(known, image.delta_pages(), history))
    return put_back_known(memory, history);

  Restored result = put_back_scanned(tools.scan, memory, image, unchanged, history);
  history.forget_pages();
  if (result.drop) return result;
  if (needs_trim(result.pages, image.delta_pages(), history)) {
    if (!memory.discard_pages()) return drop("its pages cannot be discarded");
    lay_over(memory, image);
    result.trimmed = true;
    return result;
  }
  history.usual_pages =
      history.usual_pages == 0 ? result.pages : (history.usual_pages * 7 + result.pages) / 8;
  history.known = tools.faults.now().has_value();
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
