#include "server/current_site.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wws::server {
namespace {

SitePointer site(std::string prefix) {
  auto made = std::make_shared<Site>();
  made->prefix = std::move(prefix);
  return made;
}

TEST(CurrentSite, AReplacedSiteEndsWithItsLastHolder) {
  CurrentSite current(site("1"));
  std::weak_ptr<const Site> first = current.get();
  SiteView view(current);
  SitePointer request = view.now();
  current.replace(site("2"));
  EXPECT_EQ(request->prefix, "1");
  EXPECT_EQ(view.now()->prefix, "2");
  EXPECT_FALSE(first.expired());
  request.reset();
  EXPECT_TRUE(first.expired());
  EXPECT_EQ(current.version(), 2u);
}

TEST(CurrentSite, WhoAsksAfterAReplacementGetsTheNewSiteOnEachLoop) {
  constexpr int kRounds = 2000;
  CurrentSite current(site("0"));
  std::atomic<int> replaced{0};
  std::atomic<bool> over{false};
  std::vector<std::jthread> loops;
  for (int i = 0; i < 3; ++i)
    loops.emplace_back([&] {
      SiteView view(current);
      int last = 0;
      while (!over) {
        const int least = replaced;
        const SitePointer seen = view.now();
        const int number = std::stoi(seen->prefix);
        EXPECT_GE(number, least);
        EXPECT_GE(number, last);
        last = number;
      }
    });
  for (int i = 1; i <= kRounds; ++i) {
    current.replace(site(std::to_string(i)));
    replaced = i;
  }
  over = true;
}

}  // namespace
}  // namespace wws::server
