#include <array>
#include <cstring>
#include <limits>

#include "abi/wasi_p1/call.h"
#include "abi/wasi_p1/layout.h"
#include "abi/wasi_p1/vectors.h"

namespace wws::abi::wasi_p1 {
namespace {

using bindings::files::FileResult;
using bindings::files::OpenFile;
using bindings::files::SeekFrom;

constexpr std::uint32_t kMostAdvice = 5;
constexpr std::uint32_t kEntryHead = 24;
// A larger buffer for entries would hold up the loop; a shorter answer means the folder's end.
constexpr std::uint32_t kMostEntryBytes = 256u << 10;

// An open file with the rights; `stream` is what streams are told.
FoundDescriptor file_of(const Call& call, Rights rights, Errno stream) {
  const auto found = descriptor_of(call, 0);
  if (!found) return found;
  if ((*found)->stream == Stream::Folder) return std::unexpected(Errno::Isdir);
  if ((*found)->stream != Stream::File) return std::unexpected(stream);
  if (((*found)->rights & rights) != rights) return std::unexpected(Errno::Notcapable);
  return found;
}

Errno errno_of(const FileResult<void>& result) {
  return result ? Errno::Success : wasi_p1::errno_of(result.error());
}

template <typename Move>
Answer move_at(Call& call, Rights rights, Move move) {
  const auto file = file_of(call, rights | kRightSeek, Errno::Spipe);
  if (!file) return file.error();
  Vectors vectors(call.memory, call.u32(1), call.u32(2));
  if (const Errno error = vectors.check(); error != Errno::Success) return error;
  if (!call.memory.contains(call.u32(4), sizeof(std::uint32_t))) return Errno::Fault;
  const FileResult<std::size_t> moved =
      move(*(*file)->file, vectors.ranges(kMostTransfer), call.u64(3));
  if (!moved) return wasi_p1::errno_of(moved.error());
  return call.store(4, static_cast<std::uint32_t>(*moved));
}

// whence: before preview 1 in another order.
template <Version version>
std::optional<SeekFrom> seek_from(std::uint32_t whence) {
  constexpr std::array kNew = {SeekFrom::Start, SeekFrom::Current, SeekFrom::End};
  constexpr std::array kOld = {SeekFrom::Current, SeekFrom::End, SeekFrom::Start};
  if (whence >= kNew.size()) return std::nullopt;
  return version == Version::Preview1 ? kNew[whence] : kOld[whence];
}

Answer seek(Call& call, Rights rights, std::int64_t offset, SeekFrom from, std::size_t result) {
  const auto file = file_of(call, 0, Errno::Spipe);
  if (!file) return file.error();
  // The right to seek is that to tell, too.
  if (((*file)->rights & (rights | kRightSeek)) == 0) return Errno::Notcapable;
  if (!call.memory.contains(call.u32(result), sizeof(std::uint64_t))) return Errno::Fault;
  const auto at = (*file)->file->seek(offset, from);
  if (!at) return wasi_p1::errno_of(at.error());
  return call.store(result, *at);
}

// Fills a guest's buffer with entries; the last one may be cut, and is then asked for again.
// dirent: the next cookie, inode, the name's length, the type; then the name.
class EntryWriter final {
 public:
  EntryWriter(wasm::GuestMemory& memory, std::uint32_t at, std::uint32_t size)
      : memory_(memory), at_(at), size_(size) {}

  bool write(const bindings::files::FolderEntry& entry) {
    std::array<std::uint8_t, kEntryHead> head{};
    const auto name_size = static_cast<std::uint32_t>(entry.name.size());
    std::memcpy(head.data(), &entry.next, sizeof(entry.next));
    std::memcpy(head.data() + 8, &entry.inode, sizeof(entry.inode));
    std::memcpy(head.data() + 16, &name_size, sizeof(name_size));
    head[20] = type_number(entry.type);
    return put(head) && put(as_bytes(entry.name));
  }
  [[nodiscard]] std::uint32_t used() const noexcept { return used_; }

 private:
  bool put(ByteView bytes) {
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), size_ - used_));
    if (!memory_.write(at_ + used_, part)) return false;
    used_ += static_cast<std::uint32_t>(part.size());
    return used_ < size_;
  }

  wasm::GuestMemory& memory_;
  std::uint32_t at_;
  std::uint32_t size_;
  std::uint32_t used_ = 0;
};

}  // namespace

// A hint that is checked and not passed on: the page cache belongs to all workers.
Answer fd_advise(Call& call) {
  const auto file = file_of(call, kRightAdvise, Errno::Spipe);
  if (!file) return file.error();
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::uint64_t offset = call.u64(1), size = call.u64(2);
  if (offset > kMost || size > kMost - offset || call.u32(3) > kMostAdvice) return Errno::Inval;
  return Errno::Success;
}

template <Version version>
Answer fd_filestat_get(Call& call) {
  const auto found = descriptor_of(call, 0);
  if (!found) return found.error();
  Descriptor& one = **found;
  if ((one.rights & kRightStat) == 0) return Errno::Notcapable;
  // A stream has no device, inode, size or times, and one name.
  if (one.stream != Stream::File && one.stream != Stream::Folder)
    return store_status<version>(call, call.u32(1), {.links = 1});
  const auto file = call.state.opened(one);
  if (!file) return wasi_p1::errno_of(file.error());
  const auto status = (*file)->status();
  if (!status) return wasi_p1::errno_of(status.error());
  return store_status<version>(call, call.u32(1), *status);
}
template Answer fd_filestat_get<Version::Unstable>(Call& call);
template Answer fd_filestat_get<Version::Preview1>(Call& call);

Answer fd_filestat_set_size(Call& call) {
  const auto file = file_of(call, kRightSetSize, Errno::Inval);
  if (!file) return file.error();
  return errno_of((*file)->file->set_size(call.u64(1)));
}

Answer fd_filestat_set_times(Call& call) {
  const auto found = descriptor_of(call, 0);
  if (!found) return found.error();
  Descriptor& one = **found;
  if (one.stream != Stream::File && one.stream != Stream::Folder) return Errno::Notsup;
  if ((one.rights & kRightSetTimes) == 0) return Errno::Notcapable;
  const auto times = read_times(call, 1);
  if (!times) return times.error();
  if (one.access == bindings::files::Access::ReadOnly) return Errno::Rofs;
  const auto file = call.state.opened(one);
  if (!file) return wasi_p1::errno_of(file.error());
  return errno_of((*file)->set_times(*times));
}

Answer fd_pread(Call& call) {
  return move_at(call, kRightRead, [](const OpenFile& file, const auto& ranges, auto offset) {
    return file.read_at(ranges, offset);
  });
}

Answer fd_pwrite(Call& call) {
  return move_at(call, kRightWrite, [](const OpenFile& file, const auto& ranges, auto offset) {
    return file.write_at(ranges, offset);
  });
}

Answer fd_readdir(Call& call) {
  const auto found = descriptor_of(call, 0);
  if (!found) return found.error();
  if ((*found)->stream != Stream::Folder) return Errno::Notdir;
  if (((*found)->rights & kRightReadFolder) == 0) return Errno::Notcapable;
  const std::uint32_t at = call.u32(1), size = call.u32(2);
  if (!call.memory.contains(at, size) || !call.memory.contains(call.u32(4), sizeof(std::uint32_t)))
    return Errno::Fault;
  if (size > kMostEntryBytes) return Errno::Inval;
  const auto folder = call.state.opened(**found);
  if (!folder) return wasi_p1::errno_of(folder.error());
  EntryWriter writer(call.memory, at, size);
  const auto read = (*folder)->read_entries(
      call.u64(3), size,
      [&](const bindings::files::FolderEntry& entry) { return writer.write(entry); });
  if (!read) return wasi_p1::errno_of(read.error());
  return call.store(4, writer.used());
}

template <Version version>
Answer fd_seek(Call& call) {
  const auto from = seek_from<version>(call.u32(2));
  const auto offset = static_cast<std::int64_t>(call.u64(1));
  // The descriptor is looked at first: without one, nothing else about the call is wrong.
  if (const auto file = file_of(call, 0, Errno::Spipe); !file) return file.error();
  if (!from) return Errno::Inval;
  const bool only_tells = offset == 0 && *from == SeekFrom::Current;
  return seek(call, only_tells ? kRightTell : kRightSeek, offset, *from, 3);
}
template Answer fd_seek<Version::Unstable>(Call& call);
template Answer fd_seek<Version::Preview1>(Call& call);

Answer fd_tell(Call& call) { return seek(call, kRightTell, 0, SeekFrom::Current, 1); }

}  // namespace wws::abi::wasi_p1
