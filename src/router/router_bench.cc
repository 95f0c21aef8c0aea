// What finding the worker costs, in a project of a thousand of them.
#include <benchmark/benchmark.h>

#include "router/router.h"

namespace wws::router {
namespace {

const Router& router() {
  static const Router made = [] {
    std::vector<std::string> files = {"index.js", "api/users/[id].js", "api/[...rest].js"};
    for (int i = 0; i < 1000; ++i)
      files.push_back("section" + std::to_string(i / 50) + "/page" + std::to_string(i) + ".js");
    return Router::build(files, "").router;
  }();
  return made;
}

void match(benchmark::State& state, const char* path) {
  for (auto _ : state) benchmark::DoNotOptimize(router().match(path));
}

BENCHMARK_CAPTURE(match, fixed, "/section7/page371");
BENCHMARK_CAPTURE(match, parameter, "/api/users/42");
BENCHMARK_CAPTURE(match, rest, "/api/a/b/c%20d/e");
BENCHMARK_CAPTURE(match, none, "/section7/nothing");

}  // namespace
}  // namespace wws::router
