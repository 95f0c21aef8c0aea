#include "abi/wasi_p1/call.h"
#include "abi/wasi_p1/layout.h"
#include "bindings/files/folder.h"

namespace wws::abi::wasi_p1 {
namespace {

namespace files = bindings::files;
using files::Access;
using files::FileResult;
using files::Follow;
using files::OpenFile;

constexpr std::uint32_t kFollowLinks = 1;
constexpr std::uint32_t kCreate = 1, kMustBeFolder = 2, kExclusive = 4, kTruncate = 8;
constexpr std::uint32_t kLongestPath = 4095;  // PATH_MAX without its NUL
// Rights that a descriptor has only if the host's one is opened for reading, or for writing.
constexpr Rights kReading = kRightRead | kRightReadFolder;
constexpr Rights kWriting = kRightWrite | kRightAllocate | kRightSetSize;

enum class Changes : bool { No, Yes };

Errno errno_of(const FileResult<void>& result) {
  return result ? Errno::Success : wasi_p1::errno_of(result.error());
}

// The path at a pointer and a length.
std::expected<std::string, Errno> read_path(const Call& call, std::size_t argument) {
  const auto bytes = call.memory.view(call.u32(argument), call.u32(argument + 1));
  if (!bytes) return std::unexpected(Errno::Fault);
  if (bytes->size() > kLongestPath) return std::unexpected(Errno::Nametoolong);
  const std::string_view path = as_text(*bytes);
  if (path.find('\0') != std::string_view::npos) return std::unexpected(Errno::Ilseq);
  return std::string(path);
}

// A path below an open folder.
struct Target {
  Descriptor* descriptor;
  const OpenFile* folder;
  std::string path;
};

// The folder at one argument, with the rights, and the path at another. ReadOnly folders refuse
// what changes anything, whatever their rights.
std::expected<Target, Errno> find_target(const Call& call, std::size_t folder, std::size_t path,
                                         Rights rights, Changes changes) {
  const auto found = descriptor_of(call, folder);
  if (!found) return std::unexpected(found.error());
  if ((*found)->stream != Stream::Folder) return std::unexpected(Errno::Notdir);
  if (((*found)->rights & rights) != rights) return std::unexpected(Errno::Notcapable);
  auto text = read_path(call, path);
  if (!text) return std::unexpected(text.error());
  if (changes == Changes::Yes && (*found)->access == Access::ReadOnly)
    return std::unexpected(Errno::Rofs);
  const auto opened = call.state.opened(**found);
  if (!opened) return std::unexpected(wasi_p1::errno_of(opened.error()));
  return Target{*found, *opened, *std::move(text)};
}

std::expected<Follow, Errno> read_lookup(const Call& call, std::size_t argument) {
  const std::uint32_t flags = call.u32(argument);
  if ((flags & ~kFollowLinks) != 0) return std::unexpected(Errno::Inval);
  return flags == 0 ? Follow::No : Follow::Yes;
}

// path_open's wishes, apart from the path.
struct Wish {
  files::OpenHow how;
  Rights needed = 0;  // of the folder
  Rights base = 0;
  Rights inheriting = 0;
  std::uint16_t flags = 0;
};

std::expected<Wish, Errno> read_wish(const Call& call) {
  const auto follow = read_lookup(call, 1);
  if (!follow) return std::unexpected(follow.error());
  const std::uint32_t open = call.u32(4), flags = call.u32(7);
  if ((open & ~(kCreate | kMustBeFolder | kExclusive | kTruncate)) != 0 ||
      (flags & ~std::uint32_t{kKnownFlags}) != 0)
    return std::unexpected(Errno::Inval);
  if ((flags & kSyncFlags) != 0) return std::unexpected(Errno::Notsup);
  // Rights that nothing has are not missed.
  constexpr Rights kAny = kFileRights | kFolderRights;
  Wish wish{.base = call.u64(5) & kAny,
            .inheriting = call.u64(6) & kAny,
            .flags = static_cast<std::uint16_t>(flags)};
  if ((open & kCreate) != 0) wish.needed |= kRightCreateFile;
  if ((open & kTruncate) != 0) wish.needed |= kRightPathSetSize;
  wish.how = {.read = (wish.base & kReading) != 0,
              .write = (wish.base & kWriting) != 0,
              .append = (flags & kFlagAppend) != 0,
              .create = (open & kCreate) != 0,
              .exclusive = (open & kExclusive) != 0,
              .truncate = (open & kTruncate) != 0,
              .must_be_folder = (open & kMustBeFolder) != 0,
              .follow = *follow};
  return wish;
}

// Go asks for the right to set sizes with all that it opens to read, folders too: where nothing can
// be written, that alone is no wish to write.
void modest(Wish& wish) noexcept {
  if ((wish.base & (kRightWrite | kRightAllocate)) != 0) return;
  wish.base &= ~kRightSetSize;
  wish.how.write = false;
}

// In a read-only folder only what is there can be opened, and only for reading.
FileResult<std::unique_ptr<OpenFile>> open(const Target& target, files::OpenHow how) {
  if (target.descriptor->access == Access::ReadWrite)
    return files::open_below(*target.folder, target.path, how);
  const bool creates = std::exchange(how.create, false);
  if (how.write || how.truncate || (creates && how.exclusive)) return files::file_fault(EROFS);
  auto opened = files::open_below(*target.folder, target.path, how);
  if (!opened && creates && opened.error() == files::FileFault{ENOENT})
    return files::file_fault(EROFS);
  return opened;
}

}  // namespace

Answer path_open(Call& call) {
  const auto target = find_target(call, 0, 2, kRightOpen, Changes::No);
  if (!target) return target.error();
  auto wish = read_wish(call);
  if (!wish) return wish.error();
  if (target->descriptor->access == Access::ReadOnly) modest(*wish);
  if ((wish->needed & ~target->descriptor->rights) != 0) return Errno::Notcapable;
  const Rights most = target->descriptor->inheriting;
  if (((wish->base | wish->inheriting) & ~most) != 0) return Errno::Notcapable;
  if (!call.memory.contains(call.u32(8), sizeof(std::uint32_t))) return Errno::Fault;
  if (!call.state.has_room()) return Errno::Mfile;
  auto opened = open(*target, wish->how);
  if (!opened) return wasi_p1::errno_of(opened.error());
  const bool is_folder = (*opened)->is_folder();
  const std::uint32_t number =
      call.state.add_descriptor({.stream = is_folder ? Stream::Folder : Stream::File,
                                 .rights = wish->base & (is_folder ? kFolderRights : kFileRights),
                                 .inheriting = is_folder ? wish->inheriting : 0,
                                 .flags = is_folder ? static_cast<std::uint16_t>(0) : wish->flags,
                                 .access = target->descriptor->access,
                                 .file = std::move(*opened)});
  return call.store(8, number);
}

template <Version version>
Answer path_filestat_get(Call& call) {
  const auto target = find_target(call, 0, 2, kRightPathStat, Changes::No);
  if (!target) return target.error();
  const auto follow = read_lookup(call, 1);
  if (!follow) return follow.error();
  if (!call.memory.contains(call.u32(4), 1)) return Errno::Fault;
  const auto status = files::status_below(*target->folder, target->path, *follow);
  if (!status) return wasi_p1::errno_of(status.error());
  return store_status<version>(call, call.u32(4), *status);
}
template Answer path_filestat_get<Version::Unstable>(Call& call);
template Answer path_filestat_get<Version::Preview1>(Call& call);

Answer path_filestat_set_times(Call& call) {
  const auto target = find_target(call, 0, 2, kRightPathSetTimes, Changes::Yes);
  if (!target) return target.error();
  const auto follow = read_lookup(call, 1);
  if (!follow) return follow.error();
  const auto times = read_times(call, 4);
  if (!times) return times.error();
  return errno_of(files::set_times_below(*target->folder, target->path, *follow, *times));
}

Answer path_create_directory(Call& call) {
  const auto target = find_target(call, 0, 1, kRightCreateFolder, Changes::Yes);
  if (!target) return target.error();
  return errno_of(files::create_folder(*target->folder, target->path));
}

Answer path_remove_directory(Call& call) {
  const auto target = find_target(call, 0, 1, kRightRemoveFolder, Changes::Yes);
  if (!target) return target.error();
  return errno_of(files::remove_folder(*target->folder, target->path));
}

Answer path_unlink_file(Call& call) {
  const auto target = find_target(call, 0, 1, kRightUnlinkFile, Changes::Yes);
  if (!target) return target.error();
  return errno_of(files::unlink_file(*target->folder, target->path));
}

// The source too must not be read-only: through its second name the file could be written.
Answer path_link(Call& call) {
  const auto from = find_target(call, 0, 2, kRightLinkSource, Changes::Yes);
  if (!from) return from.error();
  const auto to = find_target(call, 4, 5, kRightLinkTarget, Changes::Yes);
  if (!to) return to.error();
  // Following is not for links to links: POSIX leaves it open, and so does nobody rely on it.
  if (call.u32(1) != 0) return Errno::Inval;
  return errno_of(files::add_name(*from->folder, from->path, *to->folder, to->path));
}

Answer path_rename(Call& call) {
  const auto from = find_target(call, 0, 1, kRightRenameSource, Changes::Yes);
  if (!from) return from.error();
  const auto to = find_target(call, 3, 4, kRightRenameTarget, Changes::Yes);
  if (!to) return to.error();
  return errno_of(files::rename(*from->folder, from->path, *to->folder, to->path));
}

Answer path_symlink(Call& call) {
  const auto place = find_target(call, 2, 3, kRightSymlink, Changes::Yes);
  if (!place) return place.error();
  const auto target = read_path(call, 0);
  if (!target) return target.error();
  return errno_of(files::create_link(*target, *place->folder, place->path));
}

// Without a NUL; cut to the buffer.
Answer path_readlink(Call& call) {
  const auto place = find_target(call, 0, 1, kRightReadLink, Changes::No);
  if (!place) return place.error();
  if (!call.memory.contains(call.u32(3), call.u32(4)) ||
      !call.memory.contains(call.u32(5), sizeof(std::uint32_t)))
    return Errno::Fault;
  const auto target = files::read_link(*place->folder, place->path);
  if (!target) return wasi_p1::errno_of(target.error());
  const auto part = as_bytes(*target).first(std::min<std::size_t>(target->size(), call.u32(4)));
  if (!call.memory.write(call.u32(3), part)) return Errno::Fault;
  return call.store(5, static_cast<std::uint32_t>(part.size()));
}

}  // namespace wws::abi::wasi_p1
