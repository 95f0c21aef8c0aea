#include <algorithm>
#include <utility>

#include "abi/wasi_p1/errno.h"
#include "abi/wasi_p1/wasi.h"

namespace wws::abi::wasi_p1 {
namespace {

constexpr std::uint64_t kInputRights = kRightRead | kRightSetFlags | kRightStat | kRightPoll;
constexpr std::uint64_t kOutputRights = kRightWrite | kRightSetFlags | kRightStat | kRightPoll;

std::chrono::nanoseconds coarse(std::chrono::nanoseconds time) { return time - time % kClockStep; }

}  // namespace

WasiState::WasiState(WasiOptions options, std::function<void(std::string_view)> line,
                     const io::Clock& clock, io::Random& random, Timers& timers)
    : options_(std::move(options)),
      errors_(options_.error_lines, std::move(line)),
      clock_(clock),
      random_(random),
      timers_(timers),
      started_(clock.monotonic()),
      descriptors_{Descriptor{Stream::Input, kInputRights, 0},
                   Descriptor{Stream::Output, kOutputRights, 0},
                   Descriptor{Stream::Errors, kOutputRights, 0}} {}

Descriptor* WasiState::find_descriptor(std::uint32_t number) noexcept {
  if (number >= descriptors_.size()) return nullptr;
  Descriptor& one = descriptors_[number];
  return one.stream == Stream::Closed ? nullptr : &one;
}

std::chrono::nanoseconds WasiState::realtime() const noexcept { return coarse(clock_.realtime()); }

// One step ahead, because some libraries take a monotonic time of 0 for "not set".
std::chrono::nanoseconds WasiState::monotonic() const noexcept {
  return coarse(clock_.monotonic() - started_) + kClockStep;
}

}  // namespace wws::abi::wasi_p1
