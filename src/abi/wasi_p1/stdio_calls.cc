#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "abi/wasi_p1/call.h"
#include "abi/wasi_p1/layout.h"
#include "abi/wasi_p1/vectors.h"

namespace wws::abi::wasi_p1 {
namespace {

Answer write_output(Call& call, const Vectors& vectors) {
  if (vectors.total() > call.state.output_room()) {
    call.state.refuse_output();
    return fail(ErrorKind::Exhausted,
                fmt::format("the worker wrote more than {} bytes to stdout; raise the limit or "
                            "write less",
                            call.state.max_output()));
  }
  for (std::uint32_t i = 0; i < vectors.count(); ++i) {
    const Vector one = vectors.at(i);
    if (const auto bytes = call.memory.view(one.at, one.size)) call.state.append_output(*bytes);
  }
  return call.store(3, vectors.total());
}

// Past its limits stderr is dropped, and the guest is told that all went well.
Answer write_errors(Call& call, const Vectors& vectors) {
  LineSplitter& errors = call.state.errors();
  for (std::uint32_t i = 0; i < vectors.count(); ++i) {
    const Vector one = vectors.at(i);
    if (const auto bytes = call.memory.view(one.at, one.size)) errors.write(*bytes);
  }
  return call.store(3, vectors.total());
}

Answer read_input(Call& call, const Vectors& vectors) {
  std::uint32_t total = 0;
  for (std::uint32_t i = 0; i < vectors.count(); ++i) {
    // The guest may have put the list itself under the bytes read: at() is checked by write()
    // again.
    const Vector one = vectors.at(i);
    const ByteView rest = call.state.unread();
    const ByteView part = rest.first(std::min<std::size_t>(rest.size(), one.size));
    if (!call.memory.write(one.at, part)) return Errno::Fault;
    call.state.skip_input(part.size());
    total += static_cast<std::uint32_t>(part.size());
  }
  return call.store(3, total);
}

Answer store_count(Call& call, const bindings::files::FileResult<std::size_t>& moved) {
  if (!moved) return errno_of(moved.error());
  return call.store(3, static_cast<std::uint32_t>(*moved));
}

}  // namespace

Answer fd_write(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor || (*descriptor)->stream == Stream::Input) return Errno::Badf;
  if ((*descriptor)->stream == Stream::Folder) return Errno::Isdir;
  if (((*descriptor)->rights & kRightWrite) == 0) return Errno::Notcapable;
  Vectors vectors(call.memory, call.u32(1), call.u32(2));
  if (const Errno error = vectors.check(); error != Errno::Success) return error;
  if (!call.memory.contains(call.u32(3), sizeof(std::uint32_t))) return Errno::Fault;
  switch ((*descriptor)->stream) {
    case Stream::Output: return write_output(call, vectors);
    case Stream::Errors: return write_errors(call, vectors);
    default: return store_count(call, (*descriptor)->file->write(vectors.ranges(kMostTransfer)));
  }
}

Answer fd_read(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor) return Errno::Badf;
  const Stream stream = (*descriptor)->stream;
  if (stream == Stream::Folder) return Errno::Isdir;
  if (stream != Stream::Input && stream != Stream::File) return Errno::Badf;
  if (((*descriptor)->rights & kRightRead) == 0) return Errno::Notcapable;
  Vectors vectors(call.memory, call.u32(1), call.u32(2));
  if (const Errno error = vectors.check(); error != Errno::Success) return error;
  if (!call.memory.contains(call.u32(3), sizeof(std::uint32_t))) return Errno::Fault;
  if (stream == Stream::Input) return read_input(call, vectors);
  return store_count(call, (*descriptor)->file->read(vectors.ranges(kMostTransfer)));
}

Answer fd_close(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor) return Errno::Badf;
  **descriptor = {};
  return Errno::Success;
}

Answer fd_renumber(Call& call) {
  const auto from = descriptor_of(call, 0);
  const auto to = descriptor_of(call, 1);
  if (!from || !to) return Errno::Badf;
  if (*from == *to) return Errno::Success;
  **to = std::exchange(**from, {});
  return Errno::Success;
}

// fdstat: filetype u8, flags u16 at 2, rights u64 at 8 and (inherited) at 16. A stream's type is
// "unknown", as a pipe has none of its own here: a terminal would make C libraries flush every
// line.
Answer fd_fdstat_get(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor) return Errno::Badf;
  const Descriptor& one = **descriptor;
  std::array<std::uint8_t, 24> stat{};
  if (one.stream == Stream::File) stat[0] = type_number(bindings::files::FileType::Regular);
  if (one.stream == Stream::Folder) stat[0] = type_number(bindings::files::FileType::Folder);
  std::memcpy(stat.data() + 2, &one.flags, sizeof(one.flags));
  std::memcpy(stat.data() + 8, &one.rights, sizeof(one.rights));
  std::memcpy(stat.data() + 16, &one.inheriting, sizeof(one.inheriting));
  return call.memory.write(call.u32(1), stat) ? Errno::Success : Errno::Fault;
}

Answer fd_fdstat_set_flags(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor) return Errno::Badf;
  Descriptor& one = **descriptor;
  const std::uint32_t flags = call.u32(1);
  if ((flags & ~std::uint32_t{kKnownFlags}) != 0) return Errno::Inval;
  if ((one.rights & kRightSetFlags) == 0) return Errno::Notcapable;
  if ((flags & kSyncFlags) != 0) return one.stream == Stream::File ? Errno::Notsup : Errno::Inval;
  if (one.stream == Stream::File) {
    using bindings::files::Appending;
    const auto set =
        one.file->set_appending((flags & kFlagAppend) != 0 ? Appending::Yes : Appending::No);
    if (!set) return errno_of(set.error());
  }
  one.flags = static_cast<std::uint16_t>(flags);
  return Errno::Success;
}

// Rights only ever shrink.
Answer fd_fdstat_set_rights(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor) return Errno::Badf;
  Descriptor& one = **descriptor;
  if ((call.u64(1) & ~one.rights) != 0 || (call.u64(2) & ~one.inheriting) != 0)
    return Errno::Notcapable;
  one.rights = call.u64(1);
  one.inheriting = call.u64(2);
  return Errno::Success;
}

// prestat: a tag, 0 for a folder, and the length of its name. C libraries ask for 3, 4 and so on
// until they are told Badf.
Answer fd_prestat_get(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor || (*descriptor)->mount == nullptr) return Errno::Badf;
  const auto size = static_cast<std::uint32_t>((*descriptor)->mount->to.size());
  const std::array<std::uint32_t, 2> prestat = {0, size};
  return call.store(1, prestat);
}

Answer fd_prestat_dir_name(Call& call) {
  const auto descriptor = descriptor_of(call, 0);
  if (!descriptor || (*descriptor)->mount == nullptr) return Errno::Badf;
  const std::string& name = (*descriptor)->mount->to;
  if (call.u32(2) < name.size()) return Errno::Nametoolong;
  return call.memory.write(call.u32(1), as_bytes(name)) ? Errno::Success : Errno::Fault;
}

}  // namespace wws::abi::wasi_p1
