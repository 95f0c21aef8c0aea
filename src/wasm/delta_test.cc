#include "wasm/delta.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "wasm/image.h"

namespace wws::wasm {
namespace {

using Bytes = std::array<std::uint8_t, kHostPage>;

// Page 0 is zeros, page 1 a pattern.
std::shared_ptr<const BaseMemory> make_base() {
  return BaseMemory::create(2 * kHostPage,
                            [](MutableByteView memory) -> Result<void> {
                              for (std::size_t i = 0; i < kHostPage; ++i)
                                memory[kHostPage + i] = static_cast<std::uint8_t>(i * 7 + 1);
                              return {};
                            })
      .value();
}

Bytes page_of(const BaseMemory& base, std::uint32_t page) {
  Bytes bytes{};
  PageRecipe{.page = page, .base = base.content(page)}.write(bytes.data());
  return bytes;
}

// What a delta of `bytes` for page `page` makes of a page that is full of something else.
Bytes round_trip(const BaseMemory& base, std::uint32_t page, const Bytes& bytes) {
  const Delta::Source pages[] = {{page, bytes.data()}};
  const auto delta = Delta::create(base, pages).value();
  Bytes out;
  out.fill(0xee);
  const PageRecipe recipe = delta->recipe(0, base);
  recipe.write(out.data());
  EXPECT_TRUE(recipe.equals(bytes.data()));
  Bytes other = bytes;
  other[kHostPage - 1] ^= 1;
  EXPECT_FALSE(recipe.equals(other.data()));
  return out;
}

TEST(Delta, KeepsTheLinesThatDiffer) {
  const auto base = make_base();
  Bytes bytes = page_of(*base, 1);
  bytes[0] ^= 1;
  bytes[130] ^= 1;
  bytes[kHostPage - 1] ^= 1;
  const Delta::Source pages[] = {{1, bytes.data()}};
  const auto delta = Delta::create(*base, pages).value();
  EXPECT_EQ(delta->recipe(0, *base).changed, (std::uint64_t{1} << 63) | 0b101);
  EXPECT_EQ(delta->page(0), 1U);
  EXPECT_LT(delta->bytes(), 2 * kHostPage);
  EXPECT_EQ(round_trip(*base, 1, bytes), bytes);
}

TEST(Delta, KeepsAPageOfWhichMostDiffersWhole) {
  const auto base = make_base();
  Bytes bytes;
  bytes.fill(9);
  const Delta::Source pages[] = {{0, bytes.data()}};
  const auto delta = Delta::create(*base, pages).value();
  EXPECT_EQ(delta->recipe(0, *base).changed, PageRecipe::kAllLines);
  EXPECT_EQ(round_trip(*base, 0, bytes), bytes);
}

TEST(Delta, TurnsAPageIntoZeros) {
  const auto base = make_base();
  EXPECT_EQ(round_trip(*base, 1, Bytes{}), Bytes{});
}

TEST(Delta, GivesBackWhateverWasPutIn) {
  const auto base = make_base();
  std::mt19937 random(20261127);
  for (int i = 0; i < 500; ++i) {
    const std::uint32_t page = random() % 2;
    Bytes bytes = page_of(*base, page);
    for (std::uint32_t left = random() % 80; left > 0; --left)
      bytes[random() % kHostPage] = static_cast<std::uint8_t>(random());
    ASSERT_EQ(round_trip(*base, page, bytes), bytes) << i;
  }
}

TEST(Delta, FindsPages) {
  const auto base = make_base();
  const Bytes bytes{1};
  const Delta::Source pages[] = {{1, bytes.data()}};
  const auto delta = Delta::create(*base, pages).value();
  EXPECT_EQ(delta->find(0), 0U);
  EXPECT_EQ(delta->find(1), 0U);
  EXPECT_EQ(delta->find(2), 1U);
}

}  // namespace
}  // namespace wws::wasm
