#include "io/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>

#include "base/assert.h"
#include "io/spawn.h"

namespace wws::io {
namespace asio = boost::asio;

TaskGroup::TaskGroup(const asio::any_io_executor& loop) : loop_(loop), ended_(loop) {}

TaskGroup::~TaskGroup() { WWS_ASSERT(signals_.empty(), "a task outlives its group"); }

void TaskGroup::spawn(Task<void> task) {
  const auto signal = signals_.emplace(signals_.end());
  asio::co_spawn(
      loop_, without_throwing(std::move(task)),
      asio::bind_cancellation_slot(signal->slot(), [this, signal](const std::exception_ptr& error) {
        expect_no_throw(error);
        signals_.erase(signal);
        ended_.notify();
      }));
}

void TaskGroup::cancel() {
  // A task may end, and so leave the list, while it is told.
  for (auto it = signals_.begin(); it != signals_.end();) {
    auto& signal = *it++;
    signal.emit(asio::cancellation_type::all);
  }
}

Task<void> TaskGroup::join() {
  while (!signals_.empty()) {
    co_await ended_.wait();
  }
}

Task<bool> TaskGroup::join_until(std::chrono::steady_clock::time_point deadline) {
  while (!signals_.empty()) {
    const bool notified = co_await ended_.wait_until(deadline);
    if (!notified) break;
  }
  co_return signals_.empty();
}

}  // namespace wws::io
