// WASI preview 1 of our own, as host functions: arguments, environment, clocks, random bytes and
// the three standard streams of one request. No files, no sockets: their functions are present and
// say so.
//
// The functions keep nothing; a WasiState holds all of one request and dies with it. While a guest
// runs, HostContext::user() must be a `User*` (exactly that type, cast to void*) whose WasiState is
// valid. All on the loop's thread.
//
// Ends of a run, as the Error that the caller of Lease::call gets: GuestFault for proc_exit (look
// at WasiState::exit_code() first: 0 is success), Exhausted when stdout outgrows its limit,
// TimedOut when a wait would pass the deadline. Everything else that a guest does wrong is an errno
// for the guest. https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "abi/wasi_p1/line_splitter.h"
#include "abi/wasi_p1/timers.h"
#include "base/bytes.h"
#include "base/result.h"
#include "io/clock.h"
#include "io/random.h"
#include "wasm/host_function.h"

namespace wws::abi::wasi_p1 {

struct WasiOptions {
  std::vector<std::string> arguments;    // argv, with its first
  std::vector<std::string> environment;  // "NAME=value"
  std::string input;                     // stdin
  std::size_t max_output = 16u << 20;    // bytes of stdout
  LineLimits error_lines;                // of stderr
  // How long waits of this request may last in all; the guest's own time is the lease's business.
  std::chrono::nanoseconds max_wall{std::chrono::seconds(30)};
};

enum class Stream : std::uint8_t { Closed, Input, Output, Errors };

// An open file descriptor: one of the standard streams.
struct Descriptor {
  Stream stream = Stream::Closed;
  std::uint64_t rights = 0;
  std::uint16_t flags = 0;
};

class WasiState final {
 public:
  // `line` gets the lines of stderr, without their ends, when they are complete; the text is the
  // guest's: escape it. `clock`, `random` and `timers` must outlive the state.
  WasiState(WasiOptions options, std::function<void(std::string_view)> line, const io::Clock& clock,
            io::Random& random, Timers& timers);
  WasiState(const WasiState&) = delete;
  WasiState& operator=(const WasiState&) = delete;

  // After the run: what proc_exit was called with, if it was.
  [[nodiscard]] std::optional<std::uint32_t> exit_code() const noexcept { return exit_code_; }
  // After the run: what the guest wrote to stdout.
  [[nodiscard]] const std::string& output() const noexcept { return output_; }
  [[nodiscard]] std::string take_output() noexcept { return std::move(output_); }
  // After the run: hands over the last line of stderr even if it has no end.
  void flush_errors() { errors_.flush(); }

  // For the host functions.
  [[nodiscard]] const std::vector<std::string>& arguments() const noexcept {
    return options_.arguments;
  }
  [[nodiscard]] const std::vector<std::string>& environment() const noexcept {
    return options_.environment;
  }
  // Nothing when it is not open.
  [[nodiscard]] Descriptor* find_descriptor(std::uint32_t number) noexcept;
  // The input not yet read, and stepping over some of it.
  [[nodiscard]] ByteView unread() const noexcept { return as_bytes(options_.input).subspan(read_); }
  void skip_input(std::size_t count) noexcept { read_ += count; }
  [[nodiscard]] std::size_t output_room() const noexcept {
    return options_.max_output - output_.size();
  }
  [[nodiscard]] std::size_t max_output() const noexcept { return options_.max_output; }
  void append_output(ByteView bytes) { output_.append(as_text(bytes)); }
  [[nodiscard]] LineSplitter& errors() noexcept { return errors_; }
  // Clocks in coarse steps; the monotonic one begins near 0 at the request's start.
  [[nodiscard]] std::chrono::nanoseconds realtime() const noexcept;
  [[nodiscard]] std::chrono::nanoseconds monotonic() const noexcept;
  [[nodiscard]] std::chrono::nanoseconds max_wall() const noexcept { return options_.max_wall; }
  [[nodiscard]] io::Random& random() noexcept { return random_; }
  [[nodiscard]] Timers& timers() noexcept { return timers_; }
  void set_exit_code(std::uint32_t code) noexcept { exit_code_ = code; }

 private:
  WasiOptions options_;
  LineSplitter errors_;
  const io::Clock& clock_;
  io::Random& random_;
  Timers& timers_;
  std::chrono::nanoseconds started_;
  std::array<Descriptor, 3> descriptors_;
  std::string output_;
  std::size_t read_ = 0;
  std::optional<std::uint32_t> exit_code_;
};

// What HostContext::user() points to.
class User {
 public:
  User() = default;
  User(const User&) = delete;
  User& operator=(const User&) = delete;
  virtual ~User() = default;
  [[nodiscard]] virtual WasiState& wasi() noexcept = 0;
};

// A step of the guests' clocks: too coarse to time the host's caches with.
inline constexpr std::chrono::nanoseconds kClockStep = std::chrono::microseconds(100);

// Every function of `wasi_snapshot_preview1` and of its predecessor `wasi_unstable`.
[[nodiscard]] wasm::HostFunctions host_functions();

}  // namespace wws::abi::wasi_p1
