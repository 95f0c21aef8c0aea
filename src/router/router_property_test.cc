// The router against a scan over all routes that is too plain to be wrong, on random routes.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "router/router.h"

namespace wws::router {
namespace {

using Parts = std::vector<std::string>;

Parts split(std::string_view path) {
  Parts parts;
  std::string part;
  for (const char c : std::string(path) + "/") {
    if (c != '/') {
      part += c;
      continue;
    }
    if (!part.empty()) parts.push_back(part);
    part.clear();
  }
  return parts;
}

int kind_of(const std::string& part) {
  return part.starts_with("[...") ? 2 : part.starts_with("[") ? 1 : 0;
}

int kind_of(const Parts& parts) {
  int kind = 0;
  for (const std::string& part : parts) kind = std::max(kind, kind_of(part));
  return kind;
}

bool goes_before(const Parts& a, const Parts& b) {
  if (kind_of(a) != kind_of(b)) return kind_of(a) < kind_of(b);
  if (a.size() != b.size()) return kind_of(a) == 2 ? a.size() > b.size() : a.size() < b.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (kind_of(a[i]) != kind_of(b[i])) return kind_of(a[i]) < kind_of(b[i]);
    if (a[i] != b[i]) return a[i] < b[i];
  }
  return false;
}

bool manages(const Parts& route, const Parts& path) {
  const bool tail = kind_of(route) == 2;
  if (tail && route.size() > 1 ? path.size() < route.size() : !tail && path.size() != route.size())
    return false;
  for (std::size_t i = 0; i < route.size() && kind_of(route[i]) != 2; ++i)
    if (kind_of(route[i]) == 0 && route[i] != path[i]) return false;
  return true;
}

std::string join(const Parts& parts) {
  std::string path;
  for (const std::string& part : parts) path += "/" + part;
  return path.empty() ? "/" : path;
}

class Dice {
 public:
  explicit Dice(unsigned seed) : generator_(seed) {}
  std::size_t below(std::size_t bound) { return generator_() % bound; }

  std::string route_file() {
    Parts parts;
    const std::size_t count = 1 + below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t kind = below(6);
      const std::string index = std::to_string(i);
      if (kind < 3) parts.push_back(std::string(1, static_cast<char>('a' + below(3))));
      if (kind == 3 || kind == 4) parts.push_back((below(2) ? "[p" : "[q") + index + "]");
      if (kind == 5 && i + 1 == count) parts.push_back(below(2) ? "[...s]" : "[...t]");
    }
    return parts.empty() ? "index.js" : join(parts).substr(1) + ".js";
  }
  std::string path() {
    Parts parts;
    for (std::size_t i = below(6); i > 0; --i)
      parts.push_back(std::string(1, static_cast<char>('a' + below(4))));
    return join(parts);
  }

 private:
  std::mt19937 generator_;
};

TEST(RouterProperty, FindsWhatALinearScanFinds) {
  Dice dice(20'240'601);
  std::size_t matched = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> files;
    for (std::size_t i = dice.below(60); i > 0; --i) files.push_back(dice.route_file());
    std::ranges::sort(files);
    files.erase(std::unique(files.begin(), files.end()), files.end());
    const Router router = Router::build(files, "").router;
    std::vector<Parts> routes;
    for (const std::string& file : files)
      routes.push_back(file == "index.js" ? Parts{} : split(file.substr(0, file.size() - 3)));
    std::ranges::sort(routes, goes_before);
    for (int i = 0; i < 200; ++i) {
      const std::string path = dice.path();
      const auto wanted = std::ranges::find_if(
          routes, [&](const Parts& route) { return manages(route, split(path)); });
      const auto match = router.match(path);
      matched += match ? 1 : 0;
      ASSERT_EQ(match ? match->route->path : "none",
                wanted == routes.end() ? "none" : join(*wanted))
          << path << " in " << testing::PrintToString(files);
    }
  }
  EXPECT_GT(matched, 10'000u);
}

TEST(RouterProperty, ListsRoutesInTheOrderOfTheScan) {
  Dice dice(7);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::string> files;
    for (int i = 0; i < 40; ++i) files.push_back(dice.route_file());
    const Router router = Router::build(files, "").router;
    EXPECT_TRUE(std::ranges::is_sorted(router.routes(), goes_before,
                                       [](const Route& route) { return split(route.path); }));
  }
}

TEST(RouterProperty, SurvivesAnyBytes) {
  const Router router = Router::build({"index.js", "a/[b].js", "[...all].js"}, "").router;
  std::mt19937 generator(3);
  const std::string_view alphabet = "/a%2Ff0.\\[]?#\xc3\xa9\xff";
  for (int i = 0; i < 50'000; ++i) {
    std::string path = "/";
    for (std::size_t n = generator() % 12; n > 0; --n)
      path += alphabet[generator() % alphabet.size()];
    const auto match = router.match(path);
    if (!match) continue;
    EXPECT_EQ(router.match(normalize_path(path))->route, match->route) << path;
  }
}

}  // namespace
}  // namespace wws::router
