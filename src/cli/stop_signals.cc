#include "cli/stop_signals.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace wws::cli {

StopSignals::~StopSignals() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
  // Without the set they would kill. A signal that is blocked waits, until the process is gone.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

void StopSignals::begin(server::Server& server, std::function<void()> at_first) {
  server_ = &server;
  at_first_ = std::move(at_first);
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  wait();
  thread_ = std::jthread([this] { loop_.run(); });
}

void StopSignals::end() {
  const std::scoped_lock lock(mutex_);
  server_ = nullptr;
}

void StopSignals::wait() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    act();
    wait();
  });
}

void StopSignals::act() {
  const std::scoped_lock lock(mutex_);
  if (server_ == nullptr) return;
  if (const auto first = std::exchange(at_first_, nullptr)) first();
  server_->stop();
}

}  // namespace wws::cli
