#include "cli/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

namespace wws::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A log that another thread writes and this one waits for.
class WaitingLog final : public observe::Log {
 public:
  [[nodiscard]] bool enabled(observe::Level) const noexcept override { return true; }
  void write(observe::Level, std::string_view text, const std::vector<observe::Field>&) override {
    const std::lock_guard lock(mutex_);
    text_ += std::string(text) + "\n";
    changed_.notify_all();
  }
  std::string wait_for(std::string_view part) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return text_.find(part) != std::string::npos; });
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
};

class UpgradeTest : public testing::Test {
 protected:
  std::unique_ptr<Upgrade> start(std::string program, std::vector<std::string> arguments,
                                 std::chrono::milliseconds patience = 60s) {
    auto upgrade = make_upgrade({.program = std::move(program),
                                 .arguments = std::move(arguments),
                                 .sockets = [] { return std::vector<server::ListeningSocket>(); },
                                 .taken_over = [this](pid_t pid) { successor_.set_value(pid); },
                                 .log = log_,
                                 .patience = patience});
    upgrade->begin();
    return upgrade;
  }
  WaitingLog log_;
  std::promise<pid_t> successor_;
};

TEST_F(UpgradeTest, AProcessThatServesTakesOver) {
  // It takes what it is given, which here is the end of the list alone.
  const auto upgrade =
      start("/bin/sh", {"sh", "-c", "dd bs=64 count=1 <&3 >/dev/null 2>&1; printf ready >&3"});
  auto successor = successor_.get_future();
  ASSERT_EQ(successor.wait_for(20s), std::future_status::ready) << log_.wait_for("");
  EXPECT_GT(successor.get(), 0);
  EXPECT_THAT(log_.wait_for("has taken over"), HasSubstr("has taken over"));
  upgrade->begin();
  EXPECT_THAT(log_.wait_for("already"), HasSubstr("another process has taken over already"));
}

TEST_F(UpgradeTest, AProcessThatEndsChangesNothing) {
  const auto upgrade = start("/bin/sh", {"sh", "-c", "exit 7"});
  EXPECT_THAT(log_.wait_for("goes on"),
              HasSubstr("this one goes on: it ended with exit code 7 before it served"));
  upgrade->begin();
  EXPECT_THAT(log_.wait_for("goes on"), HasSubstr("exit code 7"));
}

TEST_F(UpgradeTest, AProcessThatSaysSomethingElseDoesNotTakeOver) {
  const auto upgrade = start("/bin/sh", {"sh", "-c", "printf nonsense >&3; exec sleep 60"});
  EXPECT_THAT(log_.wait_for("goes on"), HasSubstr("this one goes on: it gave no answer"));
}

TEST_F(UpgradeTest, AProcessThatNeverServesIsEnded) {
  const auto upgrade = start("/bin/sh", {"sh", "-c", "exec sleep 60"}, 50ms);
  EXPECT_THAT(log_.wait_for("goes on"), HasSubstr("it did not serve in time"));
}

TEST_F(UpgradeTest, AProgramThatCannotBeStartedIsNamed) {
  const auto upgrade = start("/nowhere/wws", {"wws"});
  EXPECT_THAT(log_.wait_for("goes on"), HasSubstr("/nowhere/wws cannot be started"));
}

TEST_F(UpgradeTest, OneAtATime) {
  const auto upgrade = start("/bin/sh", {"sh", "-c", "exec sleep 60"});
  log_.wait_for("is starting");
  upgrade->begin();
  EXPECT_THAT(log_.wait_for("already"), HasSubstr("an upgrade is under way already"));
  // Its end ends the process that does not serve yet.
}

}  // namespace
}  // namespace wws::cli
