#include "io/notifier.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wws::io {
namespace asio = boost::asio;

Notifier::Notifier(const asio::any_io_executor& loop) : timer_(loop) {}

void Notifier::notify() {
  signalled_ = true;
  timer_.cancel();
}

Task<void> Notifier::wait() { co_await wait_until(std::chrono::steady_clock::time_point::max()); }

Task<bool> Notifier::wait_until(std::chrono::steady_clock::time_point deadline) {
  // The next wait after a cancellation would throw; a task ends by returning instead.
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!signalled_) {
    if (deadline <= std::chrono::steady_clock::now()) co_return false;
    timer_.expires_at(deadline);
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    // A cancelled coroutine must not spin.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return false;
  }
  signalled_ = false;
  co_return true;
}

}  // namespace wws::io
