// spawn: starts a task that owns itself, together with what it was given: a connection's, which
// ends when its socket does. A task that its starter waits for belongs to a TaskGroup
// (task_group.h).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <exception>
#include <memory>

#include "io/task.h"

namespace wws::io {

// What the task throws ends the process (Asio's operation_aborted ends the task): tasks report
// errors as values, and one that vanishes leaves others waiting for it. Where the loop is destroyed
// before its end, so is the task.
void spawn(const boost::asio::any_io_executor& loop, Task<void> task);

// The same; the signal, whenever it is emitted, asks the task to end at its next wait. A wait that
// begins only then does not end by it: what ends the task for certain is a state that it looks at.
[[nodiscard]] std::shared_ptr<boost::asio::cancellation_signal> spawn_cancellable(
    const boost::asio::any_io_executor& loop, Task<void> task);

// A cancelled task sees its waits end early and goes on to its own end: an exception at its next
// wait would leave behind what it owns.
Task<void> without_throwing(Task<void> task);

// For the completion of a task that is started otherwise: ends the process as spawn() does.
void expect_no_throw(const std::exception_ptr& error);

}  // namespace wws::io
