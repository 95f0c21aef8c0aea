#include "wasm/self_test.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstring>
#include <optional>

#include "wasm/image.h"
#include "wasm/restore.h"

namespace wws::wasm {
namespace {

// Wherever they lie, a whole page of the kernel's tables (512 entries) is among them.
constexpr std::uint32_t kManyPages = 1152;
constexpr std::uintptr_t kTableSpan = 512 * kHostPage;
// For what is no matter of their number: faults on more would be most of the start.
constexpr std::uint32_t kSomePages = 192;
// So few that the scan of either has to go on where the call before stopped.
constexpr std::size_t kRegionsAtOnce = 32;

// Of twelve pages four hold a pattern, the others are zeros: both kinds must be put back.
Result<void> fill_pattern(MutableByteView memory) {
  for (std::size_t page = 0; page < memory.size() / kHostPage; ++page)
    if (page % 12 < 4)
      std::memset(memory.data() + page * kHostPage, static_cast<int>(1 + page % 200), kHostPage);
  return {};
}

class SelfTest {
 public:
  SelfTest(int pagemap, std::uint32_t pages)
      : tools_{.scan = PageScan(pagemap, kRegionsAtOnce), .faults = FaultCount(false)},
        pages_(pages) {}

  Result<void> run_on_many() {
    WWS_CHECK(prepare());
    return check("pages all over several of the kernel's tables", &SelfTest::write_widely);
  }
  Result<void> run() {
    WWS_CHECK(prepare());
    WWS_CHECK(check("one write", &SelfTest::write_one));
    WWS_CHECK(check("more regions than one scan holds", &SelfTest::write_every_second));
    WWS_CHECK(check("every page", &SelfTest::write_all));
    WWS_CHECK(check("pages that were read only", &SelfTest::read_all));
    WWS_CHECK(check("pages given back to the kernel", &SelfTest::discard_some));
    WWS_CHECK(check("pages the kernel was asked to swap out", &SelfTest::page_out));
    return check_growth();
  }

 private:
  using Step = void (SelfTest::*)();

  Result<void> prepare() {
    const std::size_t size = std::size_t{pages_} * kHostPage;
    WWS_TRY(auto base, BaseMemory::create(size, fill_pattern));
    std::memset(page_a_, 0xa5, sizeof page_a_);
    const Delta::Source delta[] = {{1, page_a_}, {3, page_a_}, {pages_ - 1, page_a_}};
    WWS_TRY(auto set, Delta::create(*base, delta));
    image_ = std::make_unique<MemoryImage>(std::move(base), std::move(set),
                                           std::vector<std::uint64_t>{});
    WWS_TRY(memory_, LinearMemory::reserve(size, 2 * size, 0));
    WWS_CHECK(memory_->map_image(image_->base()->file()));
    lay_over(*memory_, *image_);
    return {};
  }

  Result<void> check(std::string_view what, Step step) {
    write_canary(*memory_, ++number_);
    (this->*step)();
    const Restored restored = restore(tools_, *memory_, *image_, number_, history_);
    // Pages on their way to the swap file are dropped, never restored: that is the promise kept.
    if (restored.drop && step == &SelfTest::page_out) return prepare();
    if (restored.drop) return refuse(what, restored.why);
    const auto page = step == &SelfTest::write_widely ? first_difference_of_wide()
                                                      : image_->first_difference(memory_->base());
    if (page) return refuse(what, fmt::format("page {} was not put back", *page));
    return {};
  }

  // Of the pages written and their neighbours: each other one would first have to be made by the
  // kernel, since nobody has read it yet.
  [[nodiscard]] std::optional<std::uint32_t> first_difference_of_wide() const {
    for (std::uint32_t i = 0; i < pages_; ++i) {
      const bool near = is_of_wide(i) || (i > 0 && is_of_wide(i - 1));
      if (near && !image_->page_equals(i, memory_->base() + std::size_t{i} * kHostPage)) return i;
    }
    return std::nullopt;
  }

  Result<void> check_growth() {
    const std::size_t size = memory_->size();
    if (!memory_->grow_to(size + 16 * kHostPage)) return refuse("growth", "it was refused");
    std::memset(memory_->base() + size, 7, 16 * kHostPage);
    if (!memory_->shrink_to(size) || !memory_->grow_to(size + 16 * kHostPage))
      return refuse("growth", "it cannot be taken back");
    for (std::size_t page = 0; page < 16; ++page)
      if (!is_zero_page(memory_->base() + size + page * kHostPage))
        return refuse("growth", "a page came back with its old bytes");
    return {};
  }

  static std::unexpected<Error> refuse(std::string_view what, std::string_view why) {
    return fail(
        ErrorKind::Unsupported,
        fmt::format("PAGEMAP_SCAN cannot be relied on here (it needs Linux 6.7 or later, and "
                    "no sandbox in the way): test of {}: {}",
                    what, why));
  }

  [[nodiscard]] volatile std::uint8_t* page(std::uint32_t number) const {
    return memory_->base() + std::size_t{number} * kHostPage;
  }
  void write_one() { page(5)[17] = 1; }
  void write_every_second() {
    for (std::uint32_t i = 0; i < pages_; i += 2) page(i)[i] = 0x5a;
  }
  // A page here and there, and all on both sides of where a table of the kernel's ends.
  void write_widely() {
    for (std::uint32_t i = 0; i < pages_; ++i)
      if (is_of_wide(i)) page(i)[i] = 0x5a;
  }
  [[nodiscard]] bool is_of_wide(std::uint32_t i) const {
    const auto in_table = reinterpret_cast<std::uintptr_t>(page(i)) % kTableSpan / kHostPage;
    return i % 11 == 0 || in_table < 20 || in_table >= 492;
  }
  void write_all() { std::memset(memory_->base(), 0x77, memory_->size()); }
  void read_all() {
    for (std::uint32_t i = 0; i < pages_; ++i) static_cast<void>(page(i)[0]);
    page(9)[9] = 9;
  }
  void discard_some() {
    write_every_second();
    madvise(memory_->base(), 64 * kHostPage, MADV_DONTNEED);
  }
  void page_out() {
    write_every_second();
    madvise(memory_->base(), memory_->size(), MADV_PAGEOUT);
  }

  RestoreTools tools_;
  const std::uint32_t pages_;
  std::unique_ptr<MemoryImage> image_;
  std::unique_ptr<LinearMemory> memory_;
  RestoreHistory history_;
  std::uint64_t number_ = 41;
  std::uint8_t page_a_[kHostPage] = {};
};

}  // namespace

Result<void> test_page_scan(int pagemap) {
  WWS_CHECK(SelfTest(pagemap, kManyPages).run_on_many());
  return SelfTest(pagemap, kSomePages).run();
}

}  // namespace wws::wasm
