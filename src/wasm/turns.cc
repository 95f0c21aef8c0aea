#include "wasm/turns.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wws::wasm {

namespace asio = boost::asio;

namespace {

// Less than this between two turns is no work of others: the turns' own handling.
constexpr std::chrono::nanoseconds kNoise = std::chrono::microseconds(100);

}  // namespace

// A place in the queue; leaves it however its owner ends.
struct Turns::Waiter {
  Turns& turns;
  asio::steady_timer timer;
  bool heavy;
  bool granted = false;

  Waiter(Turns& owner, bool is_heavy)
      : turns(owner), timer(owner.loop_, asio::steady_timer::time_point::max()), heavy(is_heavy) {
    turns.waiting_.push_back(this);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { std::erase(turns.waiting_, this); }
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

Task<void> Turns::wait(std::chrono::nanoseconds cpu_used, std::chrono::nanoseconds before_turn) {
  guests_ += before_turn;
  Waiter waiter(*this, cpu_used > kHeavy);
  schedule();
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  begin(waiter.heavy);
}

void Turns::begin(bool heavy) {
  taken_ = true;
  heavy_turn_ = heavy;
  began_ = clock_.monotonic();
  cpu_at_begin_ = clock_.thread_cpu();
  if (!heavy) return;
  const auto others = cpu_at_begin_ - cpu_at_end_ - guests_;
  others_want_ = others >= kNoise && others * kRest >= guests_;
  has_rested_ = false;
}

void Turns::over() {
  taken_ = false;
  if (heavy_turn_) {
    ended_ = clock_.monotonic();
    length_ = ended_ - began_;
    cpu_at_end_ = clock_.thread_cpu();
    waits_at_end_ = clock_.thread_waits();
    guests_ = {};
  } else {
    guests_ += clock_.thread_cpu() - cpu_at_begin_;
  }
  schedule();
}

Turns::Waiter* Turns::next() const noexcept {
  for (Waiter* waiter : waiting_) {
    if (!waiter->heavy || heavy_may_go()) return waiter;
  }
  return nullptr;
}

void Turns::schedule() {
  if (!heavy_may_go() && std::ranges::any_of(waiting_, &Waiter::heavy)) rest();
  if (taken_ || granting_ || next() == nullptr) return;
  granting_ = true;
  asio::post(loop_, guarded(&Turns::grant));
}

// One turn's length shows whether anybody else wants the loop.
void Turns::rest() {
  if (resting_) return;
  resting_ = true;
  timer_.expires_after(length_);
  timer_.async_wait(guarded(&Turns::look));
}

void Turns::look() {
  if (loop_had_idle_time()) {
    rested();
    return;
  }
  timer_.expires_after(length_ * (kRest - 1));
  timer_.async_wait(guarded(&Turns::rested));
}

void Turns::rested() {
  resting_ = false;
  has_rested_ = true;
  schedule();
}

bool Turns::loop_had_idle_time() const noexcept {
  // Another process on the same core makes CPU time short as well, but does not make the loop wait.
  if (clock_.thread_waits() == waits_at_end_) return false;
  const auto wall = clock_.monotonic() - ended_;
  const auto cpu = clock_.thread_cpu() - cpu_at_end_;
  return cpu * 4 < wall * 3;
}

void Turns::grant() {
  granting_ = false;
  Waiter* waiter = taken_ ? nullptr : next();
  if (waiter == nullptr) return;
  std::erase(waiting_, waiter);
  taken_ = true;
  waiter->timer.cancel();
}

}  // namespace wws::wasm
