// TaskGroup: the owner of tasks that run beside their starter: whoever spawns closes the group,
// which cancels what still runs and waits for it. A task that owns itself is started by io/spawn.h;
// nothing is detached otherwise.
//
// Belongs to one loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <cstdint>
#include <list>

#include "io/notifier.h"
#include "io/task.h"

namespace wws::io {

class TaskGroup {
 public:
  explicit TaskGroup(const boost::asio::any_io_executor& loop);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  // Requires: no task runs any more (after join()).
  ~TaskGroup();

  // Starts a task. What it throws ends the process (Asio's operation_aborted ends the task): tasks
  // report errors as values.
  void spawn(Task<void> task);
  // Asks every running task to end at its next wait.
  void cancel();
  // Waits until no task runs.
  Task<void> join();
  // The same, but no longer than `deadline`: false when some still run.
  Task<bool> join_until(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] std::size_t running() const noexcept { return signals_.size(); }

 private:
  boost::asio::any_io_executor loop_;
  std::list<boost::asio::cancellation_signal> signals_;
  Notifier ended_;
};

}  // namespace wws::io
