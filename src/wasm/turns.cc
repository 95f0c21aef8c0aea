#include "wasm/turns.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace wws::wasm {

namespace asio = boost::asio;

namespace {

// Less than this between two turns is no work of others: the turns' own handling.
constexpr std::chrono::nanoseconds kNoise = std::chrono::microseconds(100);
// Rounds of the loop that show whether anything else is ready: one until it asks the kernel, one
// until what the kernel told is queued, one in which that runs; and one to spare.
constexpr int kProbes = 4;

}  // namespace

// A place in a queue; leaves it however its owner ends.
struct Turns::Waiter {
  std::deque<Waiter*>& queue;
  asio::steady_timer timer;

  Waiter(std::deque<Waiter*>& wanted, const asio::any_io_executor& loop)
      : queue(wanted), timer(loop, asio::steady_timer::time_point::max()) {
    queue.push_back(this);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { std::erase(queue, this); }
};

Turns::Turns(asio::any_io_executor loop, const io::Clock& clock)
    : loop_(std::move(loop)), clock_(clock), timer_(loop_), self_(std::make_shared<Turns*>(this)) {}

template <typename Handler>
auto Turns::guarded(Handler handler) {
  return
      [handler, self = std::weak_ptr<Turns*>(self_)](const boost::system::error_code& error = {}) {
        if (const auto turns = self.lock(); turns && !error) ((*turns)->*handler)();
      };
}

Task<void> Turns::yield() {
  Waiter waiter(light_, loop_);
  if (!std::exchange(releasing_, true)) asio::post(loop_, guarded(&Turns::release_light));
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Turns::release_light() {
  for (int i = 0; i < kLightARound && !light_.empty(); ++i) {
    light_.front()->timer.cancel();
    light_.pop_front();
  }
  releasing_ = !light_.empty();
  if (releasing_) asio::post(loop_, guarded(&Turns::release_light));
}

Task<void> Turns::wait() {
  Waiter waiter(waiting_, loop_);
  schedule();
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  taken_ = true;
  began_ = clock_.monotonic();
  others_ = clock_.thread_cpu() - cpu_at_end_;
}

void Turns::over() {
  taken_ = false;
  ended_ = clock_.monotonic();
  cpu_at_end_ = clock_.thread_cpu();
  schedule();
}

void Turns::schedule() {
  if (scheduled_ || taken_ || waiting_.empty()) return;
  scheduled_ = true;
  if (others_ < kNoise) {
    asio::post(loop_, guarded(&Turns::grant));
    return;
  }
  cpu_at_probe_ = clock_.thread_cpu();
  probes_left_ = kProbes;
  asio::post(loop_, guarded(&Turns::probe));
}

void Turns::probe() {
  if (--probes_left_ > 0)
    asio::post(loop_, guarded(&Turns::probe));
  else if (clock_.thread_cpu() - cpu_at_probe_ < kNoise)
    grant();
  else
    rest();
}

void Turns::rest() {
  looks_left_ = kRest;
  look_later();
}

// One turn's length shows whether anybody else still wants the loop.
void Turns::look_later() {
  part_began_ = clock_.monotonic();
  cpu_at_part_ = clock_.thread_cpu();
  waits_at_part_ = clock_.thread_waits();
  timer_.expires_after(ended_ - began_);
  timer_.async_wait(guarded(&Turns::look));
}

void Turns::look() {
  if (--looks_left_ == 0 || loop_had_idle_time())
    grant();
  else
    look_later();
}

bool Turns::loop_had_idle_time() const noexcept {
  // Another process on the same core makes CPU time short as well, but does not make the loop wait.
  if (clock_.thread_waits() == waits_at_part_) return false;
  const auto wall = clock_.monotonic() - part_began_;
  const auto cpu = clock_.thread_cpu() - cpu_at_part_;
  return cpu * 4 < wall * 3;
}

void Turns::grant() {
  scheduled_ = false;
  if (waiting_.empty() || taken_) return;
  Waiter& next = *waiting_.front();
  waiting_.pop_front();
  taken_ = true;
  next.timer.cancel();
}

}  // namespace wws::wasm
