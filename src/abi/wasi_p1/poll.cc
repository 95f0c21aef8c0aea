#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "abi/wasi_p1/call.h"

namespace wws::abi::wasi_p1 {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t kMaxSubscriptions = 128;
constexpr std::uint32_t kEventBytes = 32;
constexpr std::uint8_t kClockTag = 0, kReadTag = 1, kWriteTag = 2;
constexpr std::uint32_t kRealtimeClock = 0, kMonotonicClock = 1;
constexpr std::uint16_t kAbsoluteTime = 1;

// Where the parts of a subscription stand. Before preview 1 a clock had an identifier of its own.
struct Layout {
  std::uint32_t bytes, clock, timeout, flags;
};
template <Version version>
constexpr Layout layout() {
  return version == Version::Preview1 ? Layout{48, 16, 24, 40} : Layout{56, 24, 32, 48};
}
constexpr std::uint32_t kTagAt = 8, kDescriptorAt = 16;

// A subscription: an event that happens now, or after a time.
struct Awaited {
  std::uint64_t user_data = 0;
  std::uint8_t tag = 0;
  Errno error = Errno::Success;
  std::uint64_t bytes = 0;  // that can be read or written
  nanoseconds after{0};
};

class PollOperation final : public wasm::Operation {
 public:
  // Answers with an errno only.
  PollOperation(Errno error, std::unique_ptr<Timer> timer)
      : error_(error), timer_(std::move(timer)) {}
  PollOperation(std::vector<Awaited> awaited, nanoseconds wait, std::uint32_t events_at,
                std::uint32_t count_at, std::unique_ptr<Timer> timer)
      : awaited_(std::move(awaited)),
        wait_(wait),
        events_at_(events_at),
        count_at_(count_at),
        timer_(std::move(timer)) {}

  wasm::HostResult complete(wasm::HostContext& context, std::span<wasm::Value> results) override {
    if (error_ == Errno::Success) error_ = write_events(context.memory());
    if (!results.empty()) results[0].raw = static_cast<std::uint64_t>(error_);
    return std::nullopt;
  }

 private:
  // event: user data u64, errno u16 at 8, type u8 at 10, bytes u64 at 16, flags u16 at 24.
  Errno write_events(wasm::GuestMemory memory) const {
    std::uint32_t count = 0;
    for (const Awaited& one : awaited_) {
      if (one.after > wait_) continue;
      std::array<std::uint8_t, kEventBytes> event{};
      const auto error = static_cast<std::uint16_t>(one.error);
      std::memcpy(event.data(), &one.user_data, sizeof(one.user_data));
      std::memcpy(event.data() + 8, &error, sizeof(error));
      event[10] = one.tag;
      std::memcpy(event.data() + 16, &one.bytes, sizeof(one.bytes));
      if (!memory.write(events_at_ + count * kEventBytes, event)) return Errno::Fault;
      ++count;
    }
    return memory.store(count_at_, count) ? Errno::Success : Errno::Fault;
  }

  std::vector<Awaited> awaited_;
  nanoseconds wait_{0};
  std::uint32_t events_at_ = 0;
  std::uint32_t count_at_ = 0;
  Errno error_ = Errno::Success;
  std::unique_ptr<Timer> timer_;
};

// A wait that would outlast the request: it is waited for, and ends the run.
class OverdueOperation final : public wasm::Operation {
 public:
  explicit OverdueOperation(std::unique_ptr<Timer> timer) : timer_(std::move(timer)) {}
  wasm::HostResult complete(wasm::HostContext&, std::span<wasm::Value>) override {
    return Error(ErrorKind::TimedOut, "the worker slept past its time limit");
  }

 private:
  std::unique_ptr<Timer> timer_;
};

nanoseconds clamped(std::uint64_t value) {
  constexpr std::uint64_t kMost = static_cast<std::uint64_t>(nanoseconds::max().count());
  return nanoseconds(static_cast<std::int64_t>(std::min(value, kMost)));
}

template <Version version>
void read_clock(const Call& call, std::uint32_t at, Awaited& awaited) {
  constexpr Layout kLayout = layout<version>();
  const auto clock = call.memory.load<std::uint32_t>(at + kLayout.clock).value_or(0);
  const auto timeout = clamped(call.memory.load<std::uint64_t>(at + kLayout.timeout).value_or(0));
  const auto flags = call.memory.load<std::uint16_t>(at + kLayout.flags).value_or(0);
  if (clock > kMonotonicClock || (flags & ~kAbsoluteTime) != 0) {
    awaited.error = Errno::Inval;
    return;
  }
  awaited.after = timeout;
  if ((flags & kAbsoluteTime) == 0) return;
  const nanoseconds now = clock == kRealtimeClock ? call.state.realtime() : call.state.monotonic();
  awaited.after = timeout > now ? timeout - now : nanoseconds(0);
}

// What can be read of a file from its position on.
std::uint64_t bytes_left(const bindings::files::OpenFile& file) {
  const auto status = file.status();
  const auto at = file.seek(0, bindings::files::SeekFrom::Current);
  return status && at && status->size > *at ? status->size - *at : 0;
}

// Descriptors are always ready: the input is all there, the output is a buffer of the host's, and a
// file never makes its reader wait.
void read_descriptor(const Call& call, std::uint32_t at, Awaited& awaited) {
  const auto number = call.memory.load<std::uint32_t>(at + kDescriptorAt).value_or(~0u);
  const Descriptor* const descriptor = call.state.find_descriptor(number);
  const bool reads = awaited.tag == kReadTag;
  if (descriptor == nullptr)
    awaited.error = Errno::Badf;
  else if (descriptor->stream == Stream::Folder)
    awaited.error = Errno::Isdir;
  else if (descriptor->stream != Stream::File && (descriptor->stream == Stream::Input) != reads)
    awaited.error = Errno::Badf;
  else if ((descriptor->rights & kRightPoll) == 0)
    awaited.error = Errno::Notcapable;
  else if (reads)
    awaited.bytes = descriptor->stream == Stream::File ? bytes_left(*descriptor->file)
                                                       : call.state.unread().size();
}

template <Version version>
Result<std::unique_ptr<wasm::Operation>> start_poll(const Call& call,
                                                    std::shared_ptr<wasm::Waker> waker) {
  Timers& timers = call.state.timers();
  const auto answer = [&](Errno error) -> std::unique_ptr<wasm::Operation> {
    return std::make_unique<PollOperation>(error, timers.start(nanoseconds(0), std::move(waker)));
  };
  constexpr std::uint32_t kBytes = layout<version>().bytes;
  const std::uint32_t count = call.u32(2);
  if (count == 0 || count > kMaxSubscriptions) return answer(Errno::Inval);
  if (!call.memory.contains(call.u32(0), std::uint64_t{count} * kBytes) ||
      !call.memory.contains(call.u32(1), std::uint64_t{count} * kEventBytes) ||
      !call.memory.contains(call.u32(3), sizeof(std::uint32_t)))
    return answer(Errno::Fault);

  std::vector<Awaited> awaited(count);
  nanoseconds wait = nanoseconds::max();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = call.u32(0) + i * kBytes;
    Awaited& one = awaited[i];
    one.user_data = call.memory.load<std::uint64_t>(at).value_or(0);
    one.tag = call.memory.load<std::uint8_t>(at + kTagAt).value_or(0);
    if (one.tag > kWriteTag) return answer(Errno::Inval);
    if (one.tag == kClockTag)
      read_clock<version>(call, at, one);
    else
      read_descriptor(call, at, one);
    wait = std::min(wait, one.after);
  }
  // The monotonic clock of a request begins at 0, so it is also the time used up.
  const nanoseconds left = std::max(call.state.max_wall() - call.state.monotonic(), nanoseconds(0));
  if (wait > left) return std::make_unique<OverdueOperation>(timers.start(left, std::move(waker)));
  return std::make_unique<PollOperation>(std::move(awaited), wait, call.u32(1), call.u32(3),
                                         timers.start(wait, std::move(waker)));
}

}  // namespace

template <Version version>
Result<std::unique_ptr<wasm::Operation>> poll_oneoff(wasm::HostContext& context,
                                                     std::span<const wasm::Value> arguments,
                                                     std::shared_ptr<wasm::Waker> waker) {
  WasiState* const state = find_state(context);
  if (state == nullptr) return fail(no_request());
  const Call call{*state, context.memory(), arguments};
  return start_poll<version>(call, std::move(waker));
}
template Result<std::unique_ptr<wasm::Operation>> poll_oneoff<Version::Unstable>(
    wasm::HostContext&, std::span<const wasm::Value>, std::shared_ptr<wasm::Waker>);
template Result<std::unique_ptr<wasm::Operation>> poll_oneoff<Version::Preview1>(
    wasm::HostContext&, std::span<const wasm::Value>, std::shared_ptr<wasm::Waker>);

}  // namespace wws::abi::wasi_p1
