// The first line is a request's path, the others are files: no input breaks the router, and what
// does not count in a path does not change the answer.
#include "router/router.h"

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines;
  while (!rest.empty() && lines.size() < 64) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines.empty()) return 0;
  const std::string path = "/" + lines.front();
  lines.erase(lines.begin());
  const auto built = wws::router::Router::build(lines, "");
  WWS_ASSERT(built.router.routes().size() + built.mistakes.size() == lines.size(),
             "a file that is neither a route nor a mistake");
  const auto match = built.router.match(path);
  const auto again = built.router.match(wws::router::normalize_path(path) + "//");
  WWS_ASSERT(match.has_value() == again.has_value(), "slashes that count");
  if (match) WWS_ASSERT(match->params == again->params, "slashes that change parameters");
  return 0;
}
