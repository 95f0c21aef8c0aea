// The layouts of what the functions on files write into guest memory, and the flags that they read.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#types
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "abi/wasi_p1/call.h"
#include "bindings/files/open_file.h"

namespace wws::abi::wasi_p1 {

inline constexpr std::uint16_t kFlagAppend = 1, kFlagDataSync = 2, kFlagNonblock = 4,
                               kFlagReadSync = 8, kFlagSync = 16;
// Flags that would make each write wait for the disk, on the loop's thread: not taken.
inline constexpr std::uint16_t kSyncFlags = kFlagDataSync | kFlagReadSync | kFlagSync;
inline constexpr std::uint16_t kKnownFlags = kFlagAppend | kFlagNonblock | kSyncFlags;

// filetype
[[nodiscard]] std::uint8_t type_number(bindings::files::FileType type) noexcept;

// filestat: device, inode, type, links, size, three times. Before preview 1 links were 32 bits.
template <Version version>
[[nodiscard]] Errno store_status(Call& call, std::uint32_t at,
                                 const bindings::files::FileStatus& status) noexcept;

// Two timestamps and fstflags, from the arguments' index on: Inval for what contradicts itself.
[[nodiscard]] std::expected<bindings::files::NewTimes, Errno> read_times(const Call& call,
                                                                         std::size_t argument);

}  // namespace wws::abi::wasi_p1
