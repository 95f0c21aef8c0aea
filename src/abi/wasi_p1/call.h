// Call: a WASI call as its implementation sees it, and the adapter that makes a HostCall of one.
#pragma once

#include <expected>
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

// The descriptor that an argument names: Badf when it is not open.
using FoundDescriptor = std::expected<Descriptor*, Errno>;
[[nodiscard]] inline FoundDescriptor descriptor_of(const Call& call, std::size_t argument) {
  Descriptor* const found = call.state.find_descriptor(call.u32(argument));
  if (found == nullptr) return std::unexpected(Errno::Badf);
  return found;
}

// stdio_calls.cc: on streams, files and folders alike
Answer fd_close(Call& call);
Answer fd_fdstat_get(Call& call);
Answer fd_fdstat_set_flags(Call& call);
Answer fd_fdstat_set_rights(Call& call);
Answer fd_prestat_dir_name(Call& call);
Answer fd_prestat_get(Call& call);
Answer fd_read(Call& call);
Answer fd_renumber(Call& call);
Answer fd_write(Call& call);

// file_calls.cc: of files, refused to streams
Answer fd_advise(Call& call);
template <Version version>
Answer fd_filestat_get(Call& call);
Answer fd_filestat_set_size(Call& call);
Answer fd_filestat_set_times(Call& call);
Answer fd_pread(Call& call);
Answer fd_pwrite(Call& call);
Answer fd_readdir(Call& call);
template <Version version>
Answer fd_seek(Call& call);
Answer fd_tell(Call& call);

// path_calls.cc
Answer path_create_directory(Call& call);
template <Version version>
Answer path_filestat_get(Call& call);
Answer path_filestat_set_times(Call& call);
Answer path_link(Call& call);
Answer path_open(Call& call);
Answer path_readlink(Call& call);
Answer path_remove_directory(Call& call);
Answer path_rename(Call& call);
Answer path_symlink(Call& call);
Answer path_unlink_file(Call& call);

// disk_calls.cc: what waits for a disk
enum class DiskCall : std::uint8_t { Sync, SyncData, Allocate };
template <DiskCall which>
Result<std::unique_ptr<wasm::Operation>> disk_call(wasm::HostContext& context,
                                                   std::span<const wasm::Value> arguments,
                                                   std::shared_ptr<wasm::Waker> waker);

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
