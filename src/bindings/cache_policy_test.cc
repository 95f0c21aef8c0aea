#include "bindings/cache_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wws::bindings {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::chrono::sys_seconds kNow{seconds(784'111'777)};

http::Headers headers(std::initializer_list<std::pair<const char*, const char*>> fields) {
  http::Headers out;
  for (const auto& [name, value] : fields) out.add(name, value);
  return out;
}

std::optional<seconds> lifetime(std::initializer_list<std::pair<const char*, const char*>> fields) {
  const auto keeping = keeping_of(headers(fields), kNow);
  EXPECT_TRUE(keeping) << (keeping ? "" : keeping.error().to_string());
  return keeping ? keeping->lifetime : seconds(-1);
}

std::string refusal(std::initializer_list<std::pair<const char*, const char*>> fields) {
  const auto keeping = keeping_of(headers(fields), kNow);
  return keeping ? "" : keeping.error().message();
}

TEST(CachePolicy, WhatSaysNothingHasNoEnd) {
  EXPECT_EQ(lifetime({}), std::nullopt);
  EXPECT_EQ(lifetime({{"cache-control", "public, immutable, ,"}}), std::nullopt);
}

TEST(CachePolicy, TheAgeForSharedCachesComesFirst) {
  EXPECT_EQ(lifetime({{"Cache-Control", "max-age=60"}}), seconds(60));
  EXPECT_EQ(lifetime({{"cache-control", "max-age=60"}, {"cache-control", "S-MaxAge = \"5\""}}),
            seconds(5));
  EXPECT_EQ(lifetime({{"cache-control", "max-age=60"}, {"expires", "0"}}), seconds(60));
  EXPECT_EQ(lifetime({{"cache-control", "max-age=60"}, {"age", "20"}}), seconds(40));
  EXPECT_EQ(lifetime({{"cache-control", "max-age=99999999999999999999"}}), seconds(31'536'000));
}

TEST(CachePolicy, ExpiresCountsFromTheResponsesDate) {
  EXPECT_EQ(lifetime({{"expires", "Sun, 06 Nov 1994 08:50:37 GMT"}}), seconds(60));
  EXPECT_EQ(lifetime({{"expires", "Sun, 06 Nov 1994 08:50:37 GMT"},
                      {"date", "Sun, 06 Nov 1994 08:50:07 GMT"}}),
            seconds(30));
}

TEST(CachePolicy, WhatIsOverAlreadyIsRefused) {
  EXPECT_THAT(refusal({{"cache-control", "max-age=0"}}), HasSubstr("too old"));
  EXPECT_THAT(refusal({{"cache-control", "max-age=soon"}}), HasSubstr("too old"));
  EXPECT_THAT(refusal({{"cache-control", "max-age=-5"}}), HasSubstr("too old"));
  EXPECT_THAT(refusal({{"cache-control", "max-age=60"}, {"age", "60"}}), HasSubstr("too old"));
  EXPECT_THAT(refusal({{"expires", "0"}}), HasSubstr("too old"));
  EXPECT_THAT(refusal({{"expires", "Sun, 06 Nov 1994 08:49:37 GMT"}}), HasSubstr("too old"));
}

TEST(CachePolicy, WhatIsForOnePersonIsRefused) {
  EXPECT_THAT(refusal({{"cache-control", "no-store"}}), HasSubstr("no-store"));
  EXPECT_THAT(refusal({{"cache-control", "max-age=60, No-Cache"}}), HasSubstr("no-cache"));
  EXPECT_THAT(refusal({{"cache-control", "private"}}), HasSubstr("private"));
  EXPECT_THAT(refusal({{"cache-control", "no-store=\"x\""}}), HasSubstr("no-store"));
  EXPECT_THAT(refusal({{"set-cookie", "a=b"}}), HasSubstr("Set-Cookie"));
  EXPECT_THAT(refusal({{"set-cookie", "a=b"}, {"cache-control", "private=\"x-user\""}}),
              HasSubstr("Set-Cookie"));
}

TEST(CachePolicy, FieldsForOnePersonAreLeftOut) {
  const auto keeping =
      keeping_of(headers({{"set-cookie", "a=b"},
                          {"cache-control", "private=\"Set-Cookie, x-user\", max-age=9"}}),
                 kNow);
  ASSERT_TRUE(keeping);
  EXPECT_THAT(keeping->without, ElementsAre("set-cookie", "x-user"));
  EXPECT_EQ(keeping->lifetime, seconds(9));
}

TEST(CachePolicy, BrokenListsDoNotHideWhatStandsBesides) {
  EXPECT_THAT(refusal({{"cache-control", "=,, ;=\"a"}, {"cache-control", "no-store"}}),
              HasSubstr("no-store"));
  EXPECT_EQ(lifetime({{"cache-control", "x=\"a, no-store"}}), std::nullopt);
}

}  // namespace
}  // namespace wws::bindings
