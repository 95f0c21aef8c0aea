#include "abi/wasi_p1/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::abi::wasi_p1 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> split(LineLimits limits, std::initializer_list<std::string_view> writes) {
  std::vector<std::string> lines;
  LineSplitter splitter(limits, [&](std::string_view line) { lines.emplace_back(line); });
  for (const std::string_view one : writes) splitter.write(as_bytes(one));
  splitter.flush();
  return lines;
}

TEST(LineSplitter, SplitsAcrossWrites) {
  EXPECT_THAT(split({}, {"a\nb", "c\r\n", "\n", "d"}), ElementsAre("a", "bc", "", "d"));
  EXPECT_THAT(split({}, {}), IsEmpty());
  EXPECT_THAT(split({}, {"a\n"}), ElementsAre("a"));
}

TEST(LineSplitter, CutsLongLinesIntoPieces) {
  EXPECT_THAT(split({.max_line = 4}, {"abcdefghij\nk"}), ElementsAre("abcd", "efgh", "ij", "k"));
  EXPECT_THAT(split({.max_line = 4}, {"abcd\ne"}), ElementsAre("abcd", "e")) << "exactly as long";
}

TEST(LineSplitter, SaysOnceThatTooManyLinesWereWritten) {
  EXPECT_THAT(split({.max_lines = 2}, {"a\nb\nc\nd\n", "e\n"}),
              ElementsAre("a", "b", HasSubstr("the rest of this request is dropped")));
}

TEST(LineSplitter, SaysOnceThatTooManyBytesWereWritten) {
  EXPECT_THAT(split({.max_bytes = 5}, {"ab\ncdef", "gh\n"}),
              ElementsAre("ab", "cd", HasSubstr("dropped")));
}

}  // namespace
}  // namespace wws::abi::wasi_p1
