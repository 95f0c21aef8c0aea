// A line of the file's tag and one of its date, then conditional fields, one a line: "*" and the
// own tag are found, dates come back as they were written.
#include "http/files/conditions.h"

#include <vector>

#include "base/assert.h"
#include "http/files/http_date.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws::http;
  std::string_view rest = wws::fuzz::text_of(data, size);
  const std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};
  std::string tag = "\"";
  for (const char c : wws::fuzz::take(rest, '\n'))
    if (c != '"') tag += c;
  tag += '"';
  const std::string_view date = wws::fuzz::take(rest, '\n');
  const auto modified = parse_http_date(date, now);
  if (modified)
    WWS_ASSERT(parse_http_date(format_http_date(*modified), now) == *modified,
               "a date is not read as it is written");
  const Validators validators{tag, modified.value_or(now)};
  std::vector<Header> fields;
  while (!rest.empty()) {
    const std::string_view line = wws::fuzz::take(rest, '\n');
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({std::string(line.substr(0, colon)), std::string(line.substr(colon + 1))});
  }
  const bool has_match = joined_field(fields, "if-match").has_value();
  const Verdict verdict = evaluate_conditions(fields, validators, now);
  static_cast<void>(if_range_holds(fields, validators, now));
  if (has_match || verdict == Verdict::PreconditionFailed) return 0;
  std::erase_if(fields, [](const Header& field) {
    return equals_ignoring_case(field.name, "if-none-match");
  });
  fields.push_back({"If-None-Match", "\"other\", W/" + tag});
  WWS_ASSERT(evaluate_conditions(fields, validators, now) == Verdict::NotModified,
             "the file's own tag is not found");
  return 0;
}
