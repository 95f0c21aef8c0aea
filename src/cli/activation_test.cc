#include "cli/activation.h"

#include <gtest/gtest.h>

#include <map>

namespace wws::cli {
namespace {

auto environment_of(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  };
}

TEST(Activation, WithoutVariablesThereAreNoSockets) {
  EXPECT_TRUE(activated_sockets(environment_of({}), 7)->empty());
}

TEST(Activation, SocketsBeginAtThreeAndHaveTheirNames) {
  const auto sockets = activated_sockets(
      environment_of({{"LISTEN_PID", "7"}, {"LISTEN_FDS", "3"}, {"LISTEN_FDNAMES", "http:https"}}),
      7);
  ASSERT_TRUE(sockets);
  ASSERT_EQ(sockets->size(), 3u);
  EXPECT_EQ((*sockets)[0].descriptor, 3);
  EXPECT_EQ((*sockets)[0].name, "http");
  EXPECT_EQ((*sockets)[1].name, "https");
  EXPECT_EQ((*sockets)[2].descriptor, 5);
  EXPECT_EQ((*sockets)[2].name, "");
}

TEST(Activation, SocketsOfAnotherProcessAreNotOurs) {
  const auto sockets =
      activated_sockets(environment_of({{"LISTEN_PID", "8"}, {"LISTEN_FDS", "1"}}), 7);
  ASSERT_TRUE(sockets);
  EXPECT_TRUE(sockets->empty());
}

TEST(Activation, WhatIsNoNumberIsAnError) {
  const auto sockets =
      activated_sockets(environment_of({{"LISTEN_PID", "7"}, {"LISTEN_FDS", "many"}}), 7);
  ASSERT_FALSE(sockets);
  EXPECT_NE(sockets.error().message().find("LISTEN_FDS is 'many'"), std::string::npos);
}

}  // namespace
}  // namespace wws::cli
