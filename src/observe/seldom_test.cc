#include "observe/seldom.h"

#include <gtest/gtest.h>

#include <string>

namespace wws::observe {
namespace {

using namespace std::chrono_literals;

class SeldomTest : public testing::Test {
 protected:
  std::string left_out_of_last() const {
    const auto records = log_.records();
    for (const auto& [name, value] : records.back().fields)
      if (name == "left_out") return value;
    return "";
  }

  MemoryLog log_;
  io::ManualClock clock_;
  Seldom seldom_{log_, clock_};
};

TEST_F(SeldomTest, OfOneCauseThereIsOneRecordASecondWhichCountsTheOthers) {
  for (int i = 0; i < 1000; ++i) seldom_.write(Level::Warn, "busy", "no room", {{"worker", "a"}});
  ASSERT_EQ(log_.records().size(), 1u);
  EXPECT_EQ(left_out_of_last(), "");

  clock_.advance(999ms);
  seldom_.write(Level::Warn, "busy", "no room", {});
  EXPECT_EQ(log_.records().size(), 1u);

  clock_.advance(1ms);
  seldom_.write(Level::Warn, "busy", "no room", {});
  ASSERT_EQ(log_.records().size(), 2u);
  EXPECT_EQ(left_out_of_last(), "1000");

  clock_.advance(1s);
  seldom_.write(Level::Warn, "busy", "no room", {});
  ASSERT_EQ(log_.records().size(), 3u);
  EXPECT_EQ(left_out_of_last(), "");
}

TEST_F(SeldomTest, AnotherCauseHasItsOwnSecond) {
  seldom_.write(Level::Warn, "busy", "no room", {});
  seldom_.write(Level::Error, "file", "cannot be read", {});
  ASSERT_EQ(log_.records().size(), 2u);
  EXPECT_EQ(log_.records().back().level, Level::Error);
}

TEST_F(SeldomTest, CausesWithoutEndAreOneInTheEnd) {
  for (std::size_t i = 0; i < 1000; ++i)
    seldom_.write(Level::Warn, "cause " + std::to_string(i), "again", {});
  EXPECT_EQ(log_.records().size(), Seldom::kMostCauses + 1);
}

TEST_F(SeldomTest, WhereNobodyCountsEachRecordIsWritten) {
  for (int i = 0; i < 3; ++i) write_seldom(nullptr, log_, Level::Warn, "busy", "no room", {});
  EXPECT_EQ(log_.records().size(), 3u);
  for (int i = 0; i < 3; ++i) write_seldom(&seldom_, log_, Level::Warn, "busy", "no room", {});
  EXPECT_EQ(log_.records().size(), 4u);
}

}  // namespace
}  // namespace wws::observe
