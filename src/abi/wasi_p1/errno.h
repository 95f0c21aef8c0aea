// The errno values and rights of WASI preview 1 that this implementation answers with.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#errno
#pragma once

#include <cstdint>

namespace wws::abi::wasi_p1 {

enum class Errno : std::uint16_t {
  Success = 0,
  Badf = 8,
  Fault = 21,
  Inval = 28,
  Nosys = 52,
  Notdir = 54,
  Notsock = 57,
  Notsup = 58,
  Overflow = 61,
  Spipe = 70,
  Notcapable = 76,
};

inline constexpr std::uint64_t kRightRead = 1u << 1;
inline constexpr std::uint64_t kRightSetFlags = 1u << 3;
inline constexpr std::uint64_t kRightWrite = 1u << 6;
inline constexpr std::uint64_t kRightStat = 1u << 21;
inline constexpr std::uint64_t kRightPoll = 1u << 27;

}  // namespace wws::abi::wasi_p1
