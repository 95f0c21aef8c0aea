#include "http/files/range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wws::http {
namespace {

using testing::ElementsAre;
using Kind = RangeAnswer::Kind;

std::vector<ByteRange> parts(std::string_view field, std::uint64_t size) {
  const RangeAnswer answer = parse_range(field, size);
  EXPECT_EQ(answer.kind, Kind::Parts) << field;
  return answer.parts;
}

TEST(Range, KnowsEveryKindOfRange) {
  EXPECT_THAT(parts("bytes=0-499", 1000), ElementsAre(ByteRange{0, 500}));
  EXPECT_THAT(parts("bytes=500-999", 1000), ElementsAre(ByteRange{500, 500}));
  EXPECT_THAT(parts("bytes=-500", 1000), ElementsAre(ByteRange{500, 500}));
  EXPECT_THAT(parts("bytes=500-", 1000), ElementsAre(ByteRange{500, 500}));
  EXPECT_THAT(parts("bytes=0-0,-1", 1000), ElementsAre(ByteRange{0, 1}, ByteRange{999, 1}));
  EXPECT_THAT(parts("BYTES= ,9-9 ,\t0-1,", 10), ElementsAre(ByteRange{9, 1}, ByteRange{0, 2}));
}

TEST(Range, IsCutAtTheEnd) {
  EXPECT_THAT(parts("bytes=5-99", 10), ElementsAre(ByteRange{5, 5}));
  EXPECT_THAT(parts("bytes=-99", 10), ElementsAre(ByteRange{0, 10}));
  EXPECT_THAT(parts("bytes=0-99999999999999999999999", 10), ElementsAre(ByteRange{0, 10}));
  EXPECT_THAT(parts("bytes=-99999999999999999999999", 10), ElementsAre(ByteRange{0, 10}));
  EXPECT_THAT(parts("bytes=18446744073709551614-", 18446744073709551615u),
              ElementsAre(ByteRange{18446744073709551614u, 1}));
}

TEST(Range, LeavesOutWhatIsNotThere) {
  EXPECT_THAT(parts("bytes=50-60,2-3,-0", 10), ElementsAre(ByteRange{2, 2}));
}

TEST(Range, IsUnsatisfiableWhenNothingIsThere) {
  for (const char* field : {"bytes=10-", "bytes=10-20", "bytes=-0", "bytes=10-,99-100",
                            "bytes=99999999999999999999999-"})
    EXPECT_EQ(parse_range(field, 10).kind, Kind::Unsatisfiable) << field;
  EXPECT_EQ(parse_range("bytes=0-", 0).kind, Kind::Unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-5", 0).kind, Kind::Unsatisfiable);
}

TEST(Range, DoesNotCountWhenItIsMalformedOrOfAnotherUnit) {
  for (const char* field :
       {"", "bytes", "bytes=", "bytes= , ", "bytes=-", "bytes=a-b", "bytes=1", "bytes=5-2",
        "bytes=1-2-3", "bytes=+1-2", "bytes=--1", "bytes=0x1-2", "bytes=1 -2", "bytes=1- 2",
        "bytes =0-1", "items=0-1", "bytes=0-1,x", "bytes=0-1;2-3", "0-1"}) {
    EXPECT_EQ(parse_range(field, 10).kind, Kind::Whole) << field;
    EXPECT_TRUE(parse_range(field, 10).parts.empty()) << field;
  }
}

TEST(Range, DoesNotCountWhenItCostsMoreThanTheWhole) {
  EXPECT_EQ(parse_range("bytes=0-5,5-9", 10).kind, Kind::Whole);
  EXPECT_EQ(parse_range("bytes=0-,0-,0-", 10).kind, Kind::Whole);
  EXPECT_EQ(parse_range("bytes=0-5,6-9", 10).parts.size(), 2u);
  std::string many = "bytes=0-0";
  for (std::size_t i = 1; i < kMostRanges; ++i) many += ",1-1";
  EXPECT_EQ(parse_range(many, 100).parts.size(), kMostRanges);
  EXPECT_EQ(parse_range(many + ",2-2", 100).kind, Kind::Whole);
  EXPECT_EQ(parse_range(many + ",200-", 100).kind, Kind::Whole);
}

}  // namespace
}  // namespace wws::http
