// A URL of a guest's and, behind a line end, a reference of an upstream's: what is taken is read
// again as the same, so that what was checked is what is connected to.
#include "bindings/url.h"

#include "base/assert.h"
#include "input.h"

namespace {

using wws::bindings::Url;

void check(const Url& url) {
  const auto again = wws::bindings::parse_url(url.to_string());
  WWS_ASSERT(again.has_value(), "a URL that is none when it is written");
  WWS_ASSERT(again->secure == url.secure && again->host == url.host && again->port == url.port &&
                 again->target == url.target,
             "a URL that is another when it is written");
  WWS_ASSERT(url.port != 0 && !url.host.empty() && url.target.starts_with('/'),
             "a part is missing");
  for (const char c : url.host + url.target)
    WWS_ASSERT(c > 0x20 && c < 0x7f && c != '#', "a character that no URL has");
  // In a query it is one like others: https://url.spec.whatwg.org/#query-state
  const std::string path = url.target.substr(0, url.target.find('?'));
  WWS_ASSERT((url.host + path).find('\\') == std::string::npos, "a backslash, which is a slash");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = wws::fuzz::text_of(data, size);
  const auto url = wws::bindings::parse_url(wws::fuzz::take(rest, '\n'));
  if (!url) return 0;
  check(*url);
  if (const auto moved = wws::bindings::resolve_url(*url, rest)) check(*moved);
  return 0;
}
