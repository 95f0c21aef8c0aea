// A request's path, then a _redirects: rules or mistakes, and where a rule leads is one line that
// a Location can carry.
#include "router/redirects.h"

#include "base/assert.h"
#include "http/message.h"
#include "input.h"

namespace {

using wws::router::Redirects;

void check(const Redirects& redirects, std::string_view path, Redirects::Order order) {
  const auto redirection = redirects.match(path, "q=1", order);
  if (!redirection) return;
  WWS_ASSERT(!redirection->target.empty(), "a rule leads nowhere");
  for (const char c : redirection->target)
    WWS_ASSERT(c > 0x20 && c < 0x7f, "a target that no Location can carry");
  if (!redirection->elsewhere())
    WWS_ASSERT(redirection->target.starts_with('/'), "an answer from outside the site");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = wws::fuzz::text_of(data, size);
  const std::string path = "/" + std::string(wws::fuzz::take(rest, '\n'));
  const auto parsed = Redirects::parse("_redirects", rest);
  WWS_ASSERT(parsed.redirects.count() <= Redirects::kMostRules, "more rules than are allowed");
  for (const auto& mistake : parsed.mistakes)
    WWS_ASSERT(mistake.line >= 1 && !mistake.what.empty(), "a mistake that says nothing");
  check(parsed.redirects, path, Redirects::Order::Forced);
  check(parsed.redirects, path, Redirects::Order::Fallback);
  return 0;
}
