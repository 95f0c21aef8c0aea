#include "cli/handover.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "http/listen_socket.h"

namespace wws::cli {
namespace {

TEST(Handover, SocketsArriveWithTheirNames) {
  auto pair = make_handover_pair();
  ASSERT_TRUE(pair);
  const auto one = http::ListenSocket::open({.port = 0}, http::ReusePort::No);
  const auto two = http::ListenSocket::open({.port = 0}, http::ReusePort::No);
  ASSERT_TRUE(one && two);
  ASSERT_TRUE(pair->ours.send(
      {{"127.0.0.1:0", (*one)->descriptor()}, {"unix:/a b", (*two)->descriptor()}}));
  const auto received = pair->theirs.receive();
  ASSERT_TRUE(received) << received.error().to_string();
  ASSERT_EQ(received->size(), 2u);
  EXPECT_EQ(received->front().name, "127.0.0.1:0");
  EXPECT_EQ(received->back().name, "unix:/a b");
  EXPECT_NE(fcntl(received->front().descriptor, F_GETFD) & FD_CLOEXEC, 0);
  const auto first = http::ListenSocket::adopt(received->front().descriptor);
  const auto second = http::ListenSocket::adopt(received->back().descriptor);
  ASSERT_TRUE(first && second);
  EXPECT_EQ((*first)->port(), (*one)->port());
  EXPECT_EQ((*second)->port(), (*two)->port());
}

TEST(Handover, AnEndThatIsGoneIsAnError) {
  auto pair = make_handover_pair();
  ASSERT_TRUE(pair);
  pair->theirs = HandoverEnd(-1);
  EXPECT_FALSE(pair->ours.send({}));
  auto other = make_handover_pair();
  other->ours = HandoverEnd(-1);
  EXPECT_FALSE(other->theirs.receive());
}

TEST(Handover, ANameWithoutASocketIsNoHandover) {
  auto pair = make_handover_pair();
  ASSERT_TRUE(pair);
  EXPECT_EQ(write(pair->ours.descriptor(), "name", 4), 4);
  EXPECT_EQ(pair->theirs.receive().error().kind(), ErrorKind::Invalid);
}

TEST(Handover, TheEnvironmentSaysWhoTakesOver) {
  unsetenv("WWS_TAKES_OVER");
  auto none = handover_of_environment();
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  auto pair = make_handover_pair();
  const int theirs = pair->theirs.release();
  setenv("WWS_TAKES_OVER", std::to_string(theirs).c_str(), 1);
  auto end = handover_of_environment();
  ASSERT_TRUE(end);
  ASSERT_TRUE(*end);
  EXPECT_EQ((*end)->descriptor(), theirs);
  EXPECT_EQ(getenv("WWS_TAKES_OVER"), nullptr);
  for (const char* wrong : {"x", "", "-1", "0", "99999"}) {
    setenv("WWS_TAKES_OVER", wrong, 1);
    EXPECT_EQ(handover_of_environment().error().kind(), ErrorKind::Invalid) << wrong;
  }
}

TEST(Handover, AProgramIsStartedWithItsEnd) {
  auto pair = make_handover_pair();
  ASSERT_TRUE(pair);
  setenv("LISTEN_PID", "1", 1);
  const auto child = start_successor(
      "/bin/sh", {"sh", "-c", "printf %s \"$WWS_TAKES_OVER$LISTEN_PID$0\" >&3", "!"}, pair->theirs);
  unsetenv("LISTEN_PID");
  ASSERT_TRUE(child) << child.error().to_string();
  char text[16] = {};
  EXPECT_EQ(read(pair->ours.descriptor(), text, sizeof text), 2);
  EXPECT_STREQ(text, "3!");
  int status = -1;
  EXPECT_EQ(waitpid(*child, &status, 0), *child);
  EXPECT_EQ(status, 0);
}

TEST(Handover, AProgramThatIsNotThereIsNamed) {
  auto pair = make_handover_pair();
  const auto child = start_successor("/nowhere/wws", {"wws"}, pair->theirs);
  ASSERT_FALSE(child);
  EXPECT_NE(child.error().message().find("/nowhere/wws cannot be started"), std::string::npos);
}

}  // namespace
}  // namespace wws::cli
