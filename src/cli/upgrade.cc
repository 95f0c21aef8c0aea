#include "cli/upgrade.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <optional>
#include <string_view>
#include <thread>

namespace wws::cli {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A process that has closed its end is about to exit.
constexpr std::chrono::milliseconds kExitTime{2'000};
constexpr std::chrono::milliseconds kExitPoll{10};

std::string ending_of(int status) {
  if (WIFEXITED(status)) return fmt::format("it ended with exit code {}", WEXITSTATUS(status));
  if (WIFSIGNALED(status)) return fmt::format("it was ended by signal {}", WTERMSIG(status));
  return "it ended";
}

// Waits for its end, which is made to come.
std::string reap(pid_t process) {
  int status = 0;
  const auto last = std::chrono::steady_clock::now() + kExitTime;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > last) {
      kill(process, SIGKILL);
      waitpid(process, &status, 0);
      return "it gave no answer";
    }
    std::this_thread::sleep_for(kExitPoll);
  }
  return ending_of(status);
}

class ThreadUpgrade final : public Upgrade {
 public:
  explicit ThreadUpgrade(UpgradeParts parts)
      : parts_(std::move(parts)), signals_(context_, SIGUSR2), answer_(context_), timer_(context_) {
    wait_for_signal();
    thread_ = std::jthread([this] { context_.run(); });
  }
  ~ThreadUpgrade() override {
    context_.stop();
    thread_.join();
    if (!child_) return;
    kill(*child_, SIGKILL);
    reap(*child_);
  }

  void begin() override {
    asio::post(context_, [this] { start(); });
  }

 private:
  void wait_for_signal() {
    signals_.async_wait([this](const error_code& error, int) {
      if (error) return;
      start();
      wait_for_signal();
    });
  }

  void start() {
    if (child_ || over_) {
      parts_.log.warn(over_ ? "another process has taken over already"
                            : "an upgrade is under way already");
      return;
    }
    const auto started = try_start();
    // Why a process takes no sockets is said by how it ends.
    if (!started) give_up(child_ ? "" : started.error().to_string());
  }

  Result<void> try_start() {
    WWS_TRY(HandoverPair pair, make_handover_pair());
    WWS_TRY(child_, start_successor(parts_.program, parts_.arguments, pair.theirs));
    pair.theirs = HandoverEnd(-1);
    const auto listening = parts_.sockets();
    std::vector<InheritedSocket> sockets;
    for (const auto& one : listening) sockets.push_back({one.name, one.socket->descriptor()});
    WWS_CHECK(pair.ours.send(sockets));
    parts_.log.info(fmt::format("upgrade: process {} is starting", *child_));
    answer_.assign(pair.ours.release());
    timer_.expires_after(parts_.patience);
    // What comes late is of an attempt that is over.
    const auto is_over = [this, child = *child_] { return child_ != child; };
    timer_.async_wait([this, is_over](const error_code& error) {
      if (!error && !is_over()) give_up("it did not serve in time");
    });
    answer_.async_read_some(asio::buffer(text_),
                            [this, is_over](const error_code& error, std::size_t size) {
                              if (!is_over())
                                answered(error ? "" : std::string_view(text_.data(), size));
                            });
    return {};
  }

  void answered(std::string_view text) {
    if (text != HandoverEnd::kReady) return give_up("");
    parts_.log.info(fmt::format(
        "upgrade: process {} has taken over; this one ends when its requests have", *child_));
    over_ = true;
    const pid_t successor = *std::exchange(child_, std::nullopt);
    forget();
    parts_.taken_over(successor);
  }

  // An empty reason: how it ends is the reason.
  void give_up(std::string why) {
    forget();
    if (child_) {
      if (!why.empty()) kill(*child_, SIGKILL);
      const std::string ending = reap(*child_);
      if (why.empty()) why = ending + " before it served";
      child_.reset();
    }
    parts_.log.error(
        fmt::format("upgrade: the new process did not come up, this one goes on: {}", why));
  }

  void forget() {
    error_code ignored;
    timer_.cancel();
    answer_.close(ignored);
  }

  UpgradeParts parts_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  asio::posix::stream_descriptor answer_;
  asio::steady_timer timer_;
  std::optional<pid_t> child_;  // started, and does not serve yet
  bool over_ = false;           // another process has taken over
  std::array<char, 16> text_{};
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<Upgrade> make_upgrade(UpgradeParts parts) {
  return std::make_unique<ThreadUpgrade>(std::move(parts));
}

std::string own_program() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::string() : path.string();
}

}  // namespace wws::cli
