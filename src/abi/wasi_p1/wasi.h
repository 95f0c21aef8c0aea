// WASI preview 1 of our own, as host functions: arguments, environment, clocks, random bytes, the
// three standard streams of one request, and the files below its mounted folders. No sockets: their
// functions are present and say so.
//
// Files: nothing is opened before the guest asks for it, everything is closed with the WasiState.
// Reads, writes and paths are system calls on the loop's thread, each bounded (kMostTransfer); sync
// and allocate, which wait for a disk, run elsewhere while the fiber is suspended.
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

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/wasi_p1/blocking.h"
#include "abi/wasi_p1/line_splitter.h"
#include "abi/wasi_p1/rights.h"
#include "abi/wasi_p1/timers.h"
#include "base/bytes.h"
#include "base/result.h"
#include "bindings/files/folder.h"
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
  // The guest's preopened folders, its descriptors from 3 on; borrowed.
  std::span<const bindings::files::Mount> folders;
  // Where waits for a disk happen; borrowed. Without it they happen in the call.
  Blocking* blocking = nullptr;
};

enum class Stream : std::uint8_t { Closed, Input, Output, Errors, File, Folder };

// An entry of the table of descriptors: a standard stream, a file or a folder.
struct Descriptor {
  Stream stream = Stream::Closed;
  Rights rights = 0;
  Rights inheriting = 0;  // at most these for what is opened through it
  std::uint16_t flags = 0;
  bindings::files::Access access = bindings::files::Access::ReadWrite;
  const bindings::files::Mount* mount = nullptr;  // of a preopened folder
  // Of a preopened folder nothing until it is used: see WasiState::opened(). Shared with work that
  // goes on elsewhere.
  std::shared_ptr<const bindings::files::OpenFile> file;
};

// How many files and folders a request may have open besides the mounted ones.
inline constexpr std::size_t kMostOpenFiles = 64;
// How much one call reads or writes of a file; more is for the next call.
inline constexpr std::size_t kMostTransfer = 4u << 20;

class WasiState final {
 public:
  // `line` gets the lines of stderr, without their ends, when they are complete; the text is the
  // guest's: escape it. `clock`, `random` and `timers` must outlive the state.
  WasiState(WasiOptions options, std::function<void(std::string_view)> line, const io::Clock& clock,
            io::Random& random, Timers& timers);
  WasiState(const WasiState&) = delete;
  WasiState& operator=(const WasiState&) = delete;
  ~WasiState() = default;

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
  // Nothing when it is not open. Good until a descriptor is added.
  [[nodiscard]] Descriptor* find_descriptor(std::uint32_t number) noexcept;
  [[nodiscard]] bool has_room() const noexcept;
  // Takes the lowest number that is free; has_room() must say so before.
  [[nodiscard]] std::uint32_t add_descriptor(Descriptor descriptor);
  // The file or folder of a descriptor; a mounted folder is opened now.
  [[nodiscard]] bindings::files::FileResult<const bindings::files::OpenFile*> opened(
      Descriptor& descriptor) const;
  [[nodiscard]] Blocking* blocking() noexcept { return options_.blocking; }
  // The input not yet read, and stepping over some of it.
  [[nodiscard]] ByteView unread() const noexcept { return as_bytes(options_.input).subspan(read_); }
  void skip_input(std::size_t count) noexcept { read_ += count; }
  [[nodiscard]] std::size_t output_room() const noexcept {
    return options_.max_output - output_.size();
  }
  [[nodiscard]] std::size_t max_output() const noexcept { return options_.max_output; }
  void append_output(ByteView bytes) { output_.append(as_text(bytes)); }
  // A write was more than there is room for; nothing of it is kept.
  void refuse_output() noexcept { output_refused_ = true; }
  [[nodiscard]] bool output_refused() const noexcept { return output_refused_; }
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
  std::vector<Descriptor> descriptors_;
  std::string output_;
  bool output_refused_ = false;
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
