// Call: a WASI call as its implementation sees it, and the adapter that makes a HostCall of one.
#pragma once

#include <span>

#include "abi/wasi_p1/errno.h"
#include "abi/wasi_p1/wasi.h"
#include "base/result.h"
#include "wasm/host_function.h"

namespace wws::abi::wasi_p1 {

// Which of the two forms of an interface; they differ in a few layouts.
enum class Version : std::uint8_t { Unstable, Preview1 };

struct Call {
  WasiState& state;
  wasm::GuestMemory memory;
  std::span<const wasm::Value> arguments;

  [[nodiscard]] std::uint32_t u32(std::size_t at) const noexcept {
    return static_cast<std::uint32_t>(arguments[at].i32);
  }
  [[nodiscard]] std::uint64_t u64(std::size_t at) const noexcept {
    return static_cast<std::uint64_t>(arguments[at].i64);
  }
  // Writes a number where a pointer argument says.
  template <typename T>
  [[nodiscard]] Errno store(std::size_t argument, T value) noexcept {
    return memory.store(u32(argument), value) ? Errno::Success : Errno::Fault;
  }
};

// An errno for the guest, or the error that ends the run.
using Answer = Result<Errno>;

// The state of the request that the context runs; nullptr outside one.
[[nodiscard]] inline WasiState* find_state(const wasm::HostContext& context) noexcept {
  auto* user = static_cast<User*>(context.user());
  return user == nullptr ? nullptr : &user->wasi();
}
[[nodiscard]] inline Error no_request() {
  return Error(ErrorKind::Internal, "a WASI function was called outside a request");
}

template <Answer (*function)(Call&)>
wasm::HostResult adapt(wasm::HostContext& context, std::span<wasm::Value> values) {
  WasiState* const state = find_state(context);
  if (state == nullptr) return no_request();
  Call call{*state, context.memory(), values};
  Answer answer = function(call);
  if (!answer) return std::move(answer).error();
  if (!values.empty()) values[0].raw = static_cast<std::uint64_t>(*answer);
  return std::nullopt;
}

// stdio_calls.cc
Answer fd_close(Call& call);
Answer fd_fdstat_get(Call& call);
Answer fd_fdstat_set_flags(Call& call);
Answer fd_fdstat_set_rights(Call& call);
template <Version version>
Answer fd_filestat_get(Call& call);
Answer fd_read(Call& call);
Answer fd_renumber(Call& call);
Answer fd_seek(Call& call);
Answer fd_write(Call& call);

// process_calls.cc
Answer args_get(Call& call);
Answer args_sizes_get(Call& call);
Answer environ_get(Call& call);
Answer environ_sizes_get(Call& call);
Answer clock_res_get(Call& call);
Answer clock_time_get(Call& call);
Answer proc_exit(Call& call);
Answer random_get(Call& call);

// poll.cc
template <Version version>
Result<std::unique_ptr<wasm::Operation>> poll_oneoff(wasm::HostContext& context,
                                                     std::span<const wasm::Value> arguments,
                                                     std::shared_ptr<wasm::Waker> waker);

}  // namespace wws::abi::wasi_p1
