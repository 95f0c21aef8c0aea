#include "io/spawn.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/assert.h"

namespace wws::io {
namespace asio = boost::asio;
namespace {

// Asio's own way to end a cancelled coroutine at its next wait.
bool is_cancellation(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& thrown) {
    return thrown.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

void spawn(const asio::any_io_executor& loop, Task<void> task) {
  asio::co_spawn(loop, std::move(task),
                 [](const std::exception_ptr& error) { expect_no_throw(error); });
}

std::shared_ptr<asio::cancellation_signal> spawn_cancellable(const asio::any_io_executor& loop,
                                                             Task<void> task) {
  const auto signal = std::make_shared<asio::cancellation_signal>();
  asio::co_spawn(
      loop, without_throwing(std::move(task)),
      asio::bind_cancellation_slot(
          signal->slot(), [signal](const std::exception_ptr& error) { expect_no_throw(error); }));
  return signal;
}

Task<void> without_throwing(Task<void> task) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await std::move(task);
}

void expect_no_throw(const std::exception_ptr& error) {
  WWS_ASSERT(!error || is_cancellation(error), "a task threw");
}

}  // namespace wws::io
