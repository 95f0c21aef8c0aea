#include "http/files/http_date.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kExample{seconds(784'111'777)};  // the RFC's
constexpr sys_seconds kNow{seconds(1'750'000'000)};    // 2025-06-15

TEST(HttpDate, IsWrittenInTheFixedForm) {
  EXPECT_EQ(format_http_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(sys_seconds()), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(sys_seconds(seconds(951'782'400))), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(HttpDate, IsReadInAllThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), kExample);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994", kNow), kExample + seconds(864'000));
}

TEST(HttpDate, ReadsBackWhatItWrites) {
  for (std::int64_t time = 0; time < 4'000'000'000; time += 12'345'677) {
    const sys_seconds date{seconds(time)};
    EXPECT_EQ(parse_http_date(format_http_date(date), kNow), date);
  }
}

TEST(HttpDate, PutsTwoDigitYearsNear) {
  const auto year = [](std::string_view text) {
    const auto time = parse_http_date(text, kNow);
    return time ? format_http_date(*time).substr(12, 4) : "none";
  };
  EXPECT_EQ(year("Monday, 01-Jan-75 00:00:00 GMT"), "2075");
  EXPECT_EQ(year("Monday, 01-Jan-76 00:00:00 GMT"), "1976");
  EXPECT_EQ(year("Monday, 01-Jan-00 00:00:00 GMT"), "2000");
}

TEST(HttpDate, RefusesWhatIsNone) {
  for (const char* bad :
       {"", "0", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov -994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 99994 08:49:37 GMT"})
    EXPECT_EQ(parse_http_date(bad, kNow), std::nullopt) << bad;
}

}  // namespace
}  // namespace wws::http
