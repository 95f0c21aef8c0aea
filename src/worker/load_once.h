// LoadOnce<T>: a value that is made by the first who needs it, on whichever loop that is, while
// others on any loop wait without blocking. Thread-safe.
//
// A failure of the thing itself (GuestFault, Invalid, NotFound ...) is kept: files do not change
// under a running server. Errors of the moment (Exhausted, TimedOut, Gone) and those that are not
// the thing's (Internal) are not kept: the next caller tries again. Making is bounded by whoever
// makes; a waiter whose coroutine is cancelled gets Gone. A value may be dropped to be made again
// later; who holds it keeps it.
#pragma once

#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "io/notifier.h"
#include "io/task.h"

namespace wws::worker {

template <typename T>
class LoadOnce {
 public:
  using Value = std::shared_ptr<const T>;
  // Makes the value; runs on the loop of its first caller.
  using Make = std::function<Task<Result<T>>()>;

  // The value, when it is there already.
  [[nodiscard]] Value ready() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  // Forgets the value: the next caller makes it anew.
  void drop() noexcept {
    Value dropped;  // ends without the lock
    const std::lock_guard lock(mutex_);
    dropped.swap(value_);
  }

  // Why it will never be there.
  [[nodiscard]] std::optional<Error> failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

  Task<Result<Value>> get(boost::asio::any_io_executor loop, Make make) {
    for (;;) {
      std::shared_ptr<io::Notifier> turn;
      {
        const std::lock_guard lock(mutex_);
        if (value_) co_return value_;
        if (failure_) co_return fail(*failure_);
        if (loading_) {
          turn = std::make_shared<io::Notifier>(loop);
          waiting_.push_back([turn, loop] { boost::asio::post(loop, [turn] { turn->notify(); }); });
        } else {
          loading_ = true;
        }
      }
      if (turn) {
        co_await turn->wait();
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        if (state.cancelled() != boost::asio::cancellation_type::none)
          co_return fail(ErrorKind::Gone, "nobody waits for it any more");
        continue;
      }
      Result<T> made = co_await make();
      Value value = finish(made);
      if (!made) co_return fail(made.error());
      co_return value;
    }
  }

 private:
  static bool is_lasting(ErrorKind kind) noexcept {
    return kind != ErrorKind::Exhausted && kind != ErrorKind::TimedOut && kind != ErrorKind::Gone &&
           kind != ErrorKind::Internal;
  }

  Value finish(Result<T>& made) {
    std::vector<std::function<void()>> waiting;
    Value value;
    {
      const std::lock_guard lock(mutex_);
      loading_ = false;
      if (made) {
        value = value_ = std::make_shared<const T>(std::move(*made));
      } else if (is_lasting(made.error().kind())) {
        failure_ = made.error();
      }
      waiting.swap(waiting_);
    }
    for (const auto& wake : waiting) wake();
    return value;
  }

  mutable std::mutex mutex_;
  Value value_;
  std::optional<Error> failure_;
  bool loading_ = false;
  std::vector<std::function<void()>> waiting_;
};

}  // namespace wws::worker
