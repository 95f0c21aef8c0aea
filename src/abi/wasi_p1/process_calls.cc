#include <fmt/format.h>

#include "abi/wasi_p1/call.h"

namespace wws::abi::wasi_p1 {
namespace {

constexpr std::uint32_t kRealtime = 0, kMonotonic = 1;
// More random bytes in one call would hold up the loop.
constexpr std::uint32_t kMaxRandomBytes = 1u << 20;

// A count, and the bytes of all strings with their final zeros.
Answer list_sizes(Call& call, const std::vector<std::string>& list) {
  std::uint64_t bytes = 0;
  for (const std::string& one : list) bytes += one.size() + 1;
  if (bytes > 0xffffffff) return Errno::Overflow;
  if (const Errno error = call.store(0, static_cast<std::uint32_t>(list.size()));
      error != Errno::Success)
    return error;
  return call.store(1, static_cast<std::uint32_t>(bytes));
}

// Pointers at the first argument, strings one after the other at the second.
Answer list_get(Call& call, const std::vector<std::string>& list) {
  std::uint64_t pointer = call.u32(0);
  std::uint64_t text = call.u32(1);
  for (const std::string& one : list) {
    // c_str() has the zero that ends the string for the guest.
    const ByteView bytes = as_bytes(std::string_view(one.c_str(), one.size() + 1));
    if (pointer > 0xffffffff || text > 0xffffffff) return Errno::Fault;
    if (!call.memory.write(static_cast<std::uint32_t>(text), bytes)) return Errno::Fault;
    if (!call.memory.store(static_cast<std::uint32_t>(pointer), static_cast<std::uint32_t>(text)))
      return Errno::Fault;
    pointer += sizeof(std::uint32_t);
    text += bytes.size();
  }
  return Errno::Success;
}

}  // namespace

Answer args_sizes_get(Call& call) { return list_sizes(call, call.state.arguments()); }
Answer args_get(Call& call) { return list_get(call, call.state.arguments()); }
Answer environ_sizes_get(Call& call) { return list_sizes(call, call.state.environment()); }
Answer environ_get(Call& call) { return list_get(call, call.state.environment()); }

// CPU clocks are not told: one thread runs many workers.
Answer clock_res_get(Call& call) {
  if (call.u32(0) > kMonotonic) return Errno::Inval;
  return call.store(1, static_cast<std::uint64_t>(kClockStep.count()));
}

Answer clock_time_get(Call& call) {
  const std::uint32_t clock = call.u32(0);
  if (clock > kMonotonic) return Errno::Inval;
  const auto time = clock == kRealtime ? call.state.realtime() : call.state.monotonic();
  return call.store(2, static_cast<std::uint64_t>(time.count()));
}

Answer random_get(Call& call) {
  if (call.u32(1) > kMaxRandomBytes) return Errno::Inval;
  const auto bytes = call.memory.writable(call.u32(0), call.u32(1));
  if (!bytes) return Errno::Fault;
  call.state.random().fill(*bytes);
  return Errno::Success;
}

Answer proc_exit(Call& call) {
  call.state.set_exit_code(call.u32(0));
  return fail(ErrorKind::GuestFault, fmt::format("the worker exited with code {}", call.u32(0)));
}

}  // namespace wws::abi::wasi_p1
