// The errno values of WASI preview 1.
// https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md#errno
#pragma once

#include <cstdint>

#include "bindings/files/fault.h"

namespace wws::abi::wasi_p1 {

enum class Errno : std::uint16_t {
  Success = 0,
  Toobig = 1,
  Acces = 2,
  Again = 6,
  Badf = 8,
  Busy = 10,
  Dquot = 19,
  Exist = 20,
  Fault = 21,
  Fbig = 22,
  Ilseq = 25,
  Intr = 27,
  Inval = 28,
  Io = 29,
  Isdir = 31,
  Loop = 32,
  Mfile = 33,
  Mlink = 34,
  Nametoolong = 37,
  Nfile = 41,
  Nodev = 43,
  Noent = 44,
  Nomem = 48,
  Nospc = 51,
  Nosys = 52,
  Notdir = 54,
  Notempty = 55,
  Notsock = 57,
  Notsup = 58,
  Nxio = 60,
  Overflow = 61,
  Perm = 63,
  Range = 68,
  Rofs = 69,
  Spipe = 70,
  Stale = 72,
  Timedout = 73,
  Txtbsy = 74,
  Xdev = 75,
  Notcapable = 76,
};

// What a guest is told of a fault on the host's files.
[[nodiscard]] Errno errno_of(bindings::files::FileFault fault) noexcept;

}  // namespace wws::abi::wasi_p1
