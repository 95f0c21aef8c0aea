#include "abi/sockets.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace wws::abi {
namespace {

WorkerIdentity worker(std::size_t number, std::uint64_t sockets) {
  WorkerIdentity identity;
  identity.number = number;
  identity.config.limits.sockets = sockets;
  return identity;
}

constexpr auto kDeaf = [](std::uint16_t, std::string_view) {};

TEST(Sockets, AreBoundedForEachWorkerAndForAll) {
  SocketBudget budget(3);
  Sockets sockets(budget, 0);
  const auto a = worker(1, 2), b = worker(2, 2);
  auto one = sockets.admit(a, kDeaf);
  auto two = sockets.admit(a, kDeaf);
  ASSERT_TRUE(one && two);
  const auto third_of_a = sockets.admit(a, kDeaf);
  ASSERT_FALSE(third_of_a);
  EXPECT_NE(third_of_a.error().message().find("[limits] sockets"), std::string::npos);
  auto three = sockets.admit(b, kDeaf);
  ASSERT_TRUE(three);
  const auto fourth = sockets.admit(b, kDeaf);
  ASSERT_FALSE(fourth);
  EXPECT_NE(fourth.error().message().find("--max-sockets"), std::string::npos);
  EXPECT_EQ(sockets.count(), 3u);
  one->reset();
  EXPECT_TRUE(sockets.admit(a, kDeaf));
}

TEST(Sockets, OfALoopAreBoundedBeforeTheBudgetIsAsked) {
  SocketBudget budget(0);
  Sockets here(budget, 1), there(budget, 1);
  const auto a = worker(1, 0);
  auto one = here.admit(a, kDeaf);
  ASSERT_TRUE(one);
  EXPECT_FALSE(here.admit(a, kDeaf));
  EXPECT_TRUE(there.admit(a, kDeaf));
}

TEST(Sockets, AreToldToEndIfTheirWorkerIsNotKept) {
  SocketBudget budget(0);
  Sockets sockets(budget, 0);
  const auto a = worker(1, 0), b = worker(2, 0);
  std::vector<std::string> told;
  auto tell = [&](std::string name) {
    return [&told, name](std::uint16_t code, std::string_view why) {
      told.push_back(name + " " + std::to_string(code) + " " + std::string(why));
    };
  };
  auto one = sockets.admit(a, tell("a"));
  auto two = sockets.admit(b, tell("b"));
  sockets.close([&](const WorkerIdentity& worker) { return &worker == &a; }, 1012, "gone");
  EXPECT_EQ(told, std::vector<std::string>{"b 1012 gone"});
}

}  // namespace
}  // namespace wws::abi
