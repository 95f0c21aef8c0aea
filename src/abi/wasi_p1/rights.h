// The rights of WASI preview 1: what may be done with a descriptor, and with those opened by it.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#rights
#pragma once

#include <cstdint>

namespace wws::abi::wasi_p1 {

using Rights = std::uint64_t;

inline constexpr Rights kRightDataSync = 1u << 0;
inline constexpr Rights kRightRead = 1u << 1;
inline constexpr Rights kRightSeek = 1u << 2;
inline constexpr Rights kRightSetFlags = 1u << 3;
inline constexpr Rights kRightSync = 1u << 4;
inline constexpr Rights kRightTell = 1u << 5;
inline constexpr Rights kRightWrite = 1u << 6;
inline constexpr Rights kRightAdvise = 1u << 7;
inline constexpr Rights kRightAllocate = 1u << 8;
inline constexpr Rights kRightCreateFolder = 1u << 9;
inline constexpr Rights kRightCreateFile = 1u << 10;
inline constexpr Rights kRightLinkSource = 1u << 11;
inline constexpr Rights kRightLinkTarget = 1u << 12;
inline constexpr Rights kRightOpen = 1u << 13;
inline constexpr Rights kRightReadFolder = 1u << 14;
inline constexpr Rights kRightReadLink = 1u << 15;
inline constexpr Rights kRightRenameSource = 1u << 16;
inline constexpr Rights kRightRenameTarget = 1u << 17;
inline constexpr Rights kRightPathStat = 1u << 18;
inline constexpr Rights kRightPathSetSize = 1u << 19;
inline constexpr Rights kRightPathSetTimes = 1u << 20;
inline constexpr Rights kRightStat = 1u << 21;
inline constexpr Rights kRightSetSize = 1u << 22;
inline constexpr Rights kRightSetTimes = 1u << 23;
inline constexpr Rights kRightSymlink = 1u << 24;
inline constexpr Rights kRightRemoveFolder = 1u << 25;
inline constexpr Rights kRightUnlinkFile = 1u << 26;
inline constexpr Rights kRightPoll = 1u << 27;

// What can be done with a file or a folder at all; asked for more, opening gives these.
inline constexpr Rights kFileRights = kRightDataSync | kRightRead | kRightSeek | kRightSetFlags |
                                      kRightSync | kRightTell | kRightWrite | kRightAdvise |
                                      kRightAllocate | kRightStat | kRightSetSize | kRightSetTimes |
                                      kRightPoll;
inline constexpr Rights kFolderRights =
    kRightDataSync | kRightSetFlags | kRightSync | kRightCreateFolder | kRightCreateFile |
    kRightLinkSource | kRightLinkTarget | kRightOpen | kRightReadFolder | kRightReadLink |
    kRightRenameSource | kRightRenameTarget | kRightPathStat | kRightPathSetSize |
    kRightPathSetTimes | kRightStat | kRightSetTimes | kRightSymlink | kRightRemoveFolder |
    kRightUnlinkFile;

inline constexpr Rights kInputRights = kRightRead | kRightSetFlags | kRightStat | kRightPoll;
inline constexpr Rights kOutputRights = kRightWrite | kRightSetFlags | kRightStat | kRightPoll;

}  // namespace wws::abi::wasi_p1
