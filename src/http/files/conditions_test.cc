#include "http/files/conditions.h"

#include <gtest/gtest.h>

#include <vector>

namespace wws::http {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr const char* kBefore = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr const char* kSame = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr const char* kAfter = "Sun, 06 Nov 1994 08:49:38 GMT";
constexpr sys_seconds kModified{seconds(784'111'777)};
constexpr sys_seconds kNow = kModified + seconds(3'600);

Verdict verdict(const std::vector<Header>& fields) {
  return evaluate_conditions(fields, {"\"a,b\"", kModified}, kNow);
}
bool holds(const std::string& value, sys_seconds now = kNow) {
  return if_range_holds(std::vector<Header>{{"if-range", value}}, {"\"a,b\"", kModified}, now);
}

TEST(Conditions, AreNotNeeded) {
  EXPECT_EQ(verdict({}), Verdict::Proceed);
  EXPECT_EQ(verdict({{"Host", "x"}}), Verdict::Proceed);
}

TEST(Conditions, IfNoneMatchComparesWeakly) {
  for (const char* list :
       {"\"a,b\"", "W/\"a,b\"", "*", " * ", "\"x\", \"a,b\"", "\"x\",,W/\"a,b\" ,"})
    EXPECT_EQ(verdict({{"if-none-match", list}}), Verdict::NotModified) << list;
  for (const char* list : {"", "\"x\"", "a,b", "\"a\"", "\"a,b", "*x", "\"a,b\"x", "w/\"a,b\"",
                           "W/ \"a,b\"", "\"a,b\" junk", "junk, \"a,b\"", "*, \"a,b\""})
    EXPECT_EQ(verdict({{"If-None-Match", list}}), Verdict::Proceed) << list;
}

TEST(Conditions, IfMatchComparesStrongly) {
  for (const char* list : {"\"a,b\"", "*", "\"x\", \"a,b\""})
    EXPECT_EQ(verdict({{"If-Match", list}}), Verdict::Proceed) << list;
  for (const char* list : {"", "W/\"a,b\"", "\"x\"", "junk", "\"a,b"})
    EXPECT_EQ(verdict({{"If-Match", list}}), Verdict::PreconditionFailed) << list;
}

TEST(Conditions, DatesCompareToTheSecond) {
  EXPECT_EQ(verdict({{"If-Modified-Since", kBefore}}), Verdict::Proceed);
  EXPECT_EQ(verdict({{"If-Modified-Since", kSame}}), Verdict::NotModified);
  EXPECT_EQ(verdict({{"If-Modified-Since", kAfter}}), Verdict::NotModified);
  EXPECT_EQ(verdict({{"If-Unmodified-Since", kBefore}}), Verdict::PreconditionFailed);
  EXPECT_EQ(verdict({{"If-Unmodified-Since", kSame}}), Verdict::Proceed);
  EXPECT_EQ(verdict({{"If-Unmodified-Since", kAfter}}), Verdict::Proceed);
}

TEST(Conditions, DatesThatAreNoneDoNotCount) {
  EXPECT_EQ(verdict({{"If-Modified-Since", "yesterday"}}), Verdict::Proceed);
  EXPECT_EQ(verdict({{"If-Unmodified-Since", "yesterday"}}), Verdict::Proceed);
  EXPECT_EQ(verdict({{"If-Modified-Since", kSame}, {"If-Modified-Since", kSame}}),
            Verdict::Proceed);
}

TEST(Conditions, TagsHavePrecedenceOverDates) {
  EXPECT_EQ(verdict({{"If-None-Match", "\"x\""}, {"If-Modified-Since", kAfter}}), Verdict::Proceed);
  EXPECT_EQ(verdict({{"If-Match", "\"a,b\""}, {"If-Unmodified-Since", kBefore}}), Verdict::Proceed);
}

TEST(Conditions, PreconditionsComeFirst) {
  EXPECT_EQ(verdict({{"If-None-Match", "\"a,b\""}, {"If-Match", "\"x\""}}),
            Verdict::PreconditionFailed);
  EXPECT_EQ(verdict({{"If-None-Match", "\"a,b\""}, {"If-Match", "\"a,b\""}}), Verdict::NotModified);
}

TEST(Conditions, ReadAllLinesOfAField) {
  EXPECT_EQ(verdict({{"If-None-Match", "\"x\""}, {"IF-NONE-MATCH", "\"a,b\""}}),
            Verdict::NotModified);
}

TEST(IfRange, HoldsForTheSameTagAndTheSameDate) {
  EXPECT_TRUE(if_range_holds({}, {"\"a\"", kModified}, kNow));
  EXPECT_TRUE(holds("\"a,b\""));
  EXPECT_TRUE(holds(kSame));
  for (const char* other : {"W/\"a,b\"", "\"x\"", "*", "", "a,b"})
    EXPECT_FALSE(holds(other)) << other;
  EXPECT_FALSE(holds(kBefore));
  EXPECT_FALSE(holds(kAfter));
}

TEST(IfRange, DoesNotTrustADateThatMayStillChange) {
  EXPECT_FALSE(holds(kSame, kModified));
  EXPECT_TRUE(holds(kSame, kModified + seconds(1)));
}

}  // namespace
}  // namespace wws::http
