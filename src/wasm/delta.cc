#include "wasm/delta.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "wasm/image.h"

namespace wws::wasm {
namespace {

// A page that differs in more lines than this is kept whole: the base need not be read then.
constexpr int kMostLines = 48;

std::uint64_t changed_lines(const std::uint8_t* base, const std::uint8_t* bytes) noexcept {
  static constexpr std::uint8_t kZeros[kLine]{};
  std::uint64_t changed = 0;
  for (std::size_t line = 0; line < kLinesOfPage; ++line) {
    const std::uint8_t* old = base == nullptr ? kZeros : base + line * kLine;
    if (std::memcmp(old, bytes + line * kLine, kLine) != 0) changed |= std::uint64_t{1} << line;
  }
  return std::popcount(changed) > kMostLines ? PageRecipe::kAllLines : changed;
}

}  // namespace

bool is_zero_page(const std::uint8_t* bytes) noexcept {
  return bytes[0] == 0 && std::memcmp(bytes, bytes + 1, kHostPage - 1) == 0;
}

bool PageRecipe::equals(const std::uint8_t* bytes) const noexcept {
  if (changed == 0) {
    if (base == nullptr) return is_zero_page(bytes);
    return std::memcmp(bytes, base, kHostPage) == 0;
  }
  std::uint8_t whole[kHostPage];
  write(whole);
  return std::memcmp(bytes, whole, kHostPage) == 0;
}

Result<std::unique_ptr<const Delta>> Delta::create(const BaseMemory& base,
                                                   std::span<const Source> pages) {
  std::unique_ptr<Delta> delta(new Delta());
  delta->pages_.reserve(pages.size());
  std::uint32_t lines = 0;
  for (const Source& source : pages) {
    const std::uint64_t changed = changed_lines(base.content(source.page), source.bytes);
    delta->pages_.push_back({source.page, lines, changed});
    lines += static_cast<std::uint32_t>(std::popcount(changed));
  }
  if (lines == 0) return delta;
  const std::size_t length = (lines * kLine + kHostPage - 1) / kHostPage * kHostPage;
  void* at = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    return fail(ErrorKind::Exhausted,
                fmt::format("cannot make a memory image: mmap: {}", std::strerror(errno)));
  delta->lines_ = static_cast<std::uint8_t*>(at);
  delta->length_ = length;
  std::uint8_t* out = delta->lines_;
  for (std::size_t i = 0; i < pages.size(); ++i)
    for (std::uint64_t left = delta->pages_[i].changed; left != 0; left &= left - 1, out += kLine)
      std::memcpy(out, pages[i].bytes + static_cast<std::size_t>(std::countr_zero(left)) * kLine,
                  kLine);
  if (mprotect(at, length, PROT_READ) != 0)
    return fail(ErrorKind::Exhausted,
                fmt::format("cannot make a memory image: mprotect: {}", std::strerror(errno)));
  return delta;
}

Delta::~Delta() {
  if (lines_ != nullptr) munmap(lines_, length_);
}

PageRecipe Delta::recipe(std::size_t index, const BaseMemory& base) const noexcept {
  const Page& page = pages_[index];
  return {.page = page.page,
          .base = base.content(page.page),
          .changed = page.changed,
          .lines = lines_ + std::size_t{page.first_line} * kLine};
}

std::size_t Delta::find(std::uint32_t page) const noexcept {
  return static_cast<std::size_t>(std::ranges::lower_bound(pages_, page, {}, &Page::page) -
                                  pages_.begin());
}

}  // namespace wws::wasm
