#include "http/files/http_date.h"

#include <algorithm>
#include <array>

namespace wws::http {
namespace {

using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes one piece after the other off a text; after the first that does not fit it stays failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  void literal(std::string_view text) {
    ok_ = ok_ && rest_.starts_with(text);
    if (ok_) rest_.remove_prefix(text.size());
  }
  template <std::size_t kCount>
  unsigned one_of(const std::array<std::string_view, kCount>& words) {
    const auto word = std::ranges::find_if(words, [&](auto w) { return rest_.starts_with(w); });
    ok_ = ok_ && word != words.end();
    if (!ok_) return 0;
    rest_.remove_prefix(word->size());
    return static_cast<unsigned>(word - words.begin());
  }
  int digits(std::size_t count) {
    int value = 0;
    ok_ = ok_ && rest_.size() >= count;
    for (std::size_t i = 0; ok_ && i < count; ++i) {
      ok_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + (rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(count);
    return value;
  }
  [[nodiscard]] bool at_space() const { return rest_.starts_with(' '); }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Parts {
  int year = 0;
  unsigned month = 0;  // from 0
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;

  [[nodiscard]] std::optional<sys_seconds> to_time() const {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(month + 1),
                              std::chrono::day(static_cast<unsigned>(day))};
    // 60 is a leap second.
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
  }
};

void scan_time(Scanner& scanner, Parts& parts) {
  parts.hour = scanner.digits(2);
  scanner.literal(":");
  parts.minute = scanner.digits(2);
  scanner.literal(":");
  parts.second = scanner.digits(2);
}

// Sun, 06 Nov 1994 08:49:37 GMT
std::optional<Parts> parse_fixdate(std::string_view text) {
  Scanner scanner(text);
  Parts parts;
  scanner.one_of(kDays);
  scanner.literal(", ");
  parts.day = scanner.digits(2);
  scanner.literal(" ");
  parts.month = scanner.one_of(kMonths);
  scanner.literal(" ");
  parts.year = scanner.digits(4);
  scanner.literal(" ");
  scan_time(scanner, parts);
  scanner.literal(" GMT");
  return scanner.done() ? std::optional(parts) : std::nullopt;
}

// Sunday, 06-Nov-94 08:49:37 GMT
std::optional<Parts> parse_rfc850(std::string_view text) {
  Scanner scanner(text);
  Parts parts;
  scanner.one_of(kLongDays);
  scanner.literal(", ");
  parts.day = scanner.digits(2);
  scanner.literal("-");
  parts.month = scanner.one_of(kMonths);
  scanner.literal("-");
  parts.year = scanner.digits(2);
  scanner.literal(" ");
  scan_time(scanner, parts);
  scanner.literal(" GMT");
  return scanner.done() ? std::optional(parts) : std::nullopt;
}

// Sun Nov  6 08:49:37 1994
std::optional<Parts> parse_asctime(std::string_view text) {
  Scanner scanner(text);
  Parts parts;
  scanner.one_of(kDays);
  scanner.literal(" ");
  parts.month = scanner.one_of(kMonths);
  scanner.literal(" ");
  const bool one_digit = scanner.at_space();
  if (one_digit) scanner.literal(" ");
  parts.day = scanner.digits(one_digit ? 1 : 2);
  scanner.literal(" ");
  scan_time(scanner, parts);
  scanner.literal(" ");
  parts.year = scanner.digits(4);
  return scanner.done() ? std::optional(parts) : std::nullopt;
}

int full_year(int two_digits, sys_seconds now) {
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  const int this_year = static_cast<int>(today.year());
  int year = this_year - this_year % 100 + two_digits;
  if (year > this_year + 50) year -= 100;
  if (year <= this_year - 50) year += 100;
  return year;
}

void put_digits(char* at, unsigned number) noexcept {
  at[0] = static_cast<char>('0' + number / 10);
  at[1] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::string format_http_date(sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const auto year = std::clamp(static_cast<int>(date.year()), 0, 9999);
  // Written in place: each answer with a file has one.
  std::string text = "Sun, 00 Nov 0000 00:00:00 GMT";
  kDays[std::chrono::weekday(day).c_encoding()].copy(text.data(), 3);
  put_digits(text.data() + 5, static_cast<unsigned>(date.day()));
  kMonths[static_cast<unsigned>(date.month()) - 1].copy(text.data() + 8, 3);
  put_digits(text.data() + 12, static_cast<unsigned>(year / 100));
  put_digits(text.data() + 14, static_cast<unsigned>(year % 100));
  put_digits(text.data() + 17, static_cast<unsigned>(clock.hours().count()));
  put_digits(text.data() + 20, static_cast<unsigned>(clock.minutes().count()));
  put_digits(text.data() + 23, static_cast<unsigned>(clock.seconds().count()));
  return text;
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
  if (const auto parts = parse_fixdate(text)) return parts->to_time();
  if (const auto parts = parse_asctime(text)) return parts->to_time();
  auto parts = parse_rfc850(text);
  if (!parts) return std::nullopt;
  parts->year = full_year(parts->year, now);
  return parts->to_time();
}

}  // namespace wws::http
