// Notifier: lets one coroutine wait until another part of the same loop has something for it.
//
// Belongs to one loop. notify() before wait() is remembered, so no wake-up is lost; several are
// one.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "io/task.h"

namespace wws::io {

class Notifier {
 public:
  explicit Notifier(const boost::asio::any_io_executor& loop);
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;
  ~Notifier() = default;

  void notify();
  // Completes after the next notify(). At most one waiter.
  Task<void> wait();
  // The same, or when `deadline` has passed: false.
  Task<bool> wait_until(std::chrono::steady_clock::time_point deadline);

 private:
  boost::asio::steady_timer timer_;
  bool signalled_ = false;
};

}  // namespace wws::io
