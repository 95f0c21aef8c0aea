// Delta: how the pages of an image differ from their base, line by line.
//
// Evaluating a script touches many pages and few bytes of each: reference counts, list links. Of
// each page that differs only the lines of 64 bytes that do are kept, which makes the images of
// small workers five to eight times smaller, so that they stay in cache: putting a page back reads
// the base's, which all workers share, and a few lines.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "wasm/linear_memory.h"

namespace wws::wasm {

class BaseMemory;

inline constexpr std::size_t kLine = 64;
inline constexpr std::size_t kLinesOfPage = kHostPage / kLine;
static_assert(kLinesOfPage == 64, "one bit of a word for each line");

// What a page of an image is made of. Borrows from the image.
struct PageRecipe {
  static constexpr std::uint64_t kAllLines = ~std::uint64_t{0};

  std::uint32_t page = 0;
  const std::uint8_t* base = nullptr;  // the page of the base; null: zeros
  std::uint64_t changed = 0;           // a bit for each line that is one of `lines`
  const std::uint8_t* lines = nullptr;

  // `out`: a page.
  void write(std::uint8_t* out) const noexcept {
    if (changed == kAllLines) {
      std::memcpy(out, lines, kHostPage);
      return;
    }
    if (base != nullptr)
      std::memcpy(out, base, kHostPage);
    else
      std::memset(out, 0, kHostPage);
    lay_over(out);
  }
  // The same onto a page that equals the base's.
  void lay_over(std::uint8_t* out) const noexcept {
    const std::uint8_t* line = lines;
    for (std::uint64_t left = changed; left != 0; left &= left - 1, line += kLine)
      std::memcpy(out + static_cast<std::size_t>(std::countr_zero(left)) * kLine, line, kLine);
  }
  [[nodiscard]] bool equals(const std::uint8_t* bytes) const noexcept;
};

// Pages that differ, ascending, in memory that is read-only once made.
class Delta {
 public:
  struct Source {
    std::uint32_t page;
    const std::uint8_t* bytes;  // kHostPage of them
  };
  // Of `pages`, ascending, against `base`. Errors: Exhausted.
  static Result<std::unique_ptr<const Delta>> create(const BaseMemory& base,
                                                     std::span<const Source> pages);
  Delta(const Delta&) = delete;
  Delta& operator=(const Delta&) = delete;
  ~Delta();

  [[nodiscard]] std::size_t size() const noexcept { return pages_.size(); }
  [[nodiscard]] std::uint32_t page(std::size_t index) const noexcept { return pages_[index].page; }
  // `base`: that of create().
  [[nodiscard]] PageRecipe recipe(std::size_t index, const BaseMemory& base) const noexcept;
  // The index of a page, or of the first one after it.
  [[nodiscard]] std::size_t find(std::uint32_t page) const noexcept;
  // Memory that it takes.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return length_ + pages_.size() * sizeof(Page);
  }

 private:
  struct Page {
    std::uint32_t page;
    std::uint32_t first_line;
    std::uint64_t changed;
  };

  Delta() = default;

  std::vector<Page> pages_;
  std::uint8_t* lines_ = nullptr;
  std::size_t length_ = 0;  // of the mapping
};

[[nodiscard]] bool is_zero_page(const std::uint8_t* bytes) noexcept;

}  // namespace wws::wasm
