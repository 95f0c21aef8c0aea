#include "abi/wasi_p1/loop_timers.h"

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace wws::abi::wasi_p1 {
namespace {

class LoopTimer final : public Timer {
 public:
  LoopTimer(const boost::asio::any_io_executor& loop, std::chrono::nanoseconds after,
            std::shared_ptr<wasm::Waker> waker)
      : timer_(loop, after) {
    timer_.async_wait([waker = std::move(waker)](const boost::system::error_code& error) {
      if (!error) waker->wake();
    });
  }

 private:
  boost::asio::steady_timer timer_;
};

class LoopTimers final : public Timers {
 public:
  explicit LoopTimers(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
  std::unique_ptr<Timer> start(std::chrono::nanoseconds after,
                               std::shared_ptr<wasm::Waker> waker) override {
    return std::make_unique<LoopTimer>(loop_, after, std::move(waker));
  }

 private:
  boost::asio::any_io_executor loop_;
};

}  // namespace

std::unique_ptr<Timers> make_loop_timers(boost::asio::any_io_executor loop) {
  return std::make_unique<LoopTimers>(std::move(loop));
}

}  // namespace wws::abi::wasi_p1
