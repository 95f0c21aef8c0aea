#include "bindings/files/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <system_error>

#include "bindings/files/resolve.h"
#include "bindings/files/status.h"

namespace wws::bindings::files {
namespace {

// As any program's; the server's umask takes away from them.
constexpr std::uint64_t kFileMode = 0666;
constexpr mode_t kFolderMode = 0777;

std::uint64_t open_flags(const OpenHow& how) noexcept {
  // O_NONBLOCK: a pipe must not hold the thread until somebody opens its other end.
  std::uint64_t flags = O_NONBLOCK | O_NOCTTY;
  flags |= how.write ? (how.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (how.append) flags |= O_APPEND;
  if (how.create) flags |= O_CREAT;
  if (how.exclusive) flags |= O_EXCL;
  if (how.truncate) flags |= O_TRUNC;
  if (how.must_be_folder) flags |= O_DIRECTORY;
  if (how.follow == Follow::No) flags |= O_NOFOLLOW;
  return flags;
}

// The file itself, for asking about it.
FileResult<Descriptor> point_at(const OpenFile& folder, const std::string& path, Follow follow) {
  return open_beneath(folder.descriptor(), path, O_PATH | (follow == Follow::No ? O_NOFOLLOW : 0));
}

// Makes a system call that takes a folder and a name in it.
template <typename Call>
FileResult<void> at_place(const OpenFile& folder, const std::string& path, Call call) {
  const auto place = Place::find(folder.descriptor(), path);
  if (!place) return std::unexpected(place.error());
  if (call(place->folder(), place->name()) != 0) return last_file_fault();
  return {};
}

ErrorKind kind_of(int code) noexcept {
  switch (code) {
    case ENOENT:
    case ELOOP: return ErrorKind::NotFound;
    case EACCES: return ErrorKind::Denied;
    case ENOTDIR: return ErrorKind::Invalid;
    case EMFILE:
    case ENFILE:
    case ENOMEM: return ErrorKind::Exhausted;
    default: return ErrorKind::Internal;
  }
}

}  // namespace

FileResult<std::unique_ptr<OpenFile>> open_mount(const Mount& mount) {
  auto opened = open_without_links(mount.from, O_RDONLY | O_DIRECTORY);
  if (!opened) return std::unexpected(opened.error());
  return OpenFile::adopt(opened->release());
}

Result<void> check_mount(const Mount& mount) {
  const auto opened = open_mount(mount);
  if (opened) return {};
  const int code = static_cast<int>(opened.error());
  const std::string text = std::generic_category().message(code);
  if (code == ENOSYS || code == EPERM)
    return fail(ErrorKind::Unsupported,
                fmt::format("the folder {} cannot be mounted: that needs the system call openat2 "
                            "(Linux 5.6), which is missing or forbidden here: {}",
                            mount.from, text));
  return fail(kind_of(code), fmt::format("the folder {} cannot be mounted: {}", mount.from, text));
}

FileResult<std::unique_ptr<OpenFile>> open_below(const OpenFile& folder, const std::string& path,
                                                 const OpenHow& how) {
  // Kernels do not agree on what this means.
  if (how.create && how.must_be_folder) return file_fault(EINVAL);
  auto opened =
      open_beneath(folder.descriptor(), path, open_flags(how), how.create ? kFileMode : 0);
  if (!opened) {
    // What O_NONBLOCK makes of a pipe that nobody reads, and of a socket.
    return opened.error() == FileFault{ENXIO} ? file_fault(ENOTSUP)
                                              : std::unexpected(opened.error());
  }
  return OpenFile::adopt(opened->release());
}

FileResult<FileStatus> status_below(const OpenFile& folder, const std::string& path,
                                    Follow follow) {
  const auto found = point_at(folder, path, follow);
  if (!found) return std::unexpected(found.error());
  return status_of(found->get());
}

FileResult<void> set_times_below(const OpenFile& folder, const std::string& path, Follow follow,
                                 const NewTimes& times) {
  const auto found = point_at(folder, path, follow);
  if (!found) return std::unexpected(found.error());
  return set_times_of(found->get(), times);
}

FileResult<std::string> read_link(const OpenFile& folder, const std::string& path) {
  const auto found = point_at(folder, path, Follow::No);
  if (!found) return std::unexpected(found.error());
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(found->get(), "", target.data(), target.size());
  // Of a descriptor that is no link the kernel says ENOENT.
  if (size < 0) return errno == ENOENT ? file_fault(EINVAL) : last_file_fault();
  target.resize(static_cast<std::size_t>(size));
  return target;
}

FileResult<void> create_folder(const OpenFile& folder, const std::string& path) {
  return at_place(folder, path, [](int parent, const char* name) {
    return ::mkdirat(parent, name, kFolderMode);
  });
}

FileResult<void> remove_folder(const OpenFile& folder, const std::string& path) {
  return at_place(folder, path, [](int parent, const char* name) {
    return ::unlinkat(parent, name, AT_REMOVEDIR);
  });
}

FileResult<void> unlink_file(const OpenFile& folder, const std::string& path) {
  return at_place(folder, path,
                  [](int parent, const char* name) { return ::unlinkat(parent, name, 0); });
}

FileResult<void> create_link(const std::string& target, const OpenFile& folder,
                             const std::string& path) {
  if (target.starts_with('/')) return std::unexpected(kOutside);
  if (target.find('\0') != std::string::npos) return file_fault(EILSEQ);
  return at_place(folder, path, [&](int parent, const char* name) {
    return ::symlinkat(target.c_str(), parent, name);
  });
}

FileResult<void> add_name(const OpenFile& from, const std::string& old_path, const OpenFile& to,
                          const std::string& new_path) {
  // "link/" is followed by the kernel even where it is told not to follow, and ".." goes up: only
  // folders can be named so, and these have one name alone.
  const auto found = point_at(from, old_path, Follow::No);
  if (!found) return std::unexpected(found.error());
  const auto status = status_of(found->get());
  if (!status) return std::unexpected(status.error());
  if (status->type == FileType::Folder) return file_fault(EPERM);
  const auto place = Place::find(from.descriptor(), old_path);
  if (!place) return std::unexpected(place.error());
  return at_place(to, new_path, [&](int parent, const char* name) {
    return ::linkat(place->folder(), place->name(), parent, name, 0);
  });
}

FileResult<void> rename(const OpenFile& from, const std::string& old_path, const OpenFile& to,
                        const std::string& new_path) {
  const auto place = Place::find(from.descriptor(), old_path);
  if (!place) return std::unexpected(place.error());
  return at_place(to, new_path, [&](int parent, const char* name) {
    return ::renameat(place->folder(), place->name(), parent, name);
  });
}

}  // namespace wws::bindings::files
