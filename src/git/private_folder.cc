#include "git/private_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wws::git {
namespace {

namespace fs = std::filesystem;

Result<void> make_parents(const fs::path& folder) {
  const fs::path parent = folder.parent_path();
  if (parent.empty() || parent == folder) return {};
  struct stat info{};
  if (stat(parent.c_str(), &info) == 0) return {};
  WWS_CHECK(make_parents(parent));
  if (mkdir(parent.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return fail(ErrorKind::Invalid, fmt::format("the folder {} cannot be made: {}", parent.string(),
                                              std::strerror(errno)));
}

int open_lock_file(const fs::path& file) {
  return open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int lock_flags(FileLock::Mode mode) noexcept {
  return mode == FileLock::Mode::Shared ? LOCK_SH : LOCK_EX;
}

int lock_file(int descriptor, int flags) noexcept {
  int done;
  do {
    done = flock(descriptor, flags);
  } while (done != 0 && errno == EINTR);
  return done;
}

}  // namespace

Result<void> make_private(const fs::path& folder) {
  WWS_CHECK(make_parents(folder));
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(ErrorKind::Invalid, fmt::format("the folder {} cannot be made: {}", folder.string(),
                                                std::strerror(errno)));
  struct stat info{};
  if (lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    return fail(ErrorKind::Invalid,
                fmt::format("{} is no folder: remove it, or let XDG_CACHE_HOME name another place",
                            folder.string()));
  if (info.st_uid != geteuid())
    return fail(ErrorKind::Denied,
                fmt::format("{} belongs to another user, so what is in it cannot be trusted: let "
                            "XDG_CACHE_HOME name a folder of your own",
                            folder.string()));
  if ((info.st_mode & 0077) == 0 || chmod(folder.c_str(), 0700) == 0) return {};
  return fail(ErrorKind::Denied, fmt::format("{} is open to others and that cannot be changed: {}",
                                             folder.string(), std::strerror(errno)));
}

Result<std::unique_ptr<FileLock>> FileLock::take(const fs::path& file, Mode mode,
                                                 const std::function<void()>& busy) {
  const int descriptor = open_lock_file(file);
  if (descriptor < 0)
    return fail(ErrorKind::Invalid, fmt::format("the lock {} cannot be opened: {}", file.string(),
                                                std::strerror(errno)));
  std::unique_ptr<FileLock> lock(new FileLock(descriptor));
  if (lock_file(descriptor, lock_flags(mode) | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    busy();
    if (lock_file(descriptor, lock_flags(mode)) == 0) return lock;
  }
  return fail(ErrorKind::Invalid,
              fmt::format("{} cannot be locked: {}", file.string(), std::strerror(errno)));
}

std::unique_ptr<FileLock> FileLock::try_take(const fs::path& file, Mode mode) {
  const int descriptor = open_lock_file(file);
  if (descriptor < 0) return nullptr;
  std::unique_ptr<FileLock> lock(new FileLock(descriptor));
  if (lock_file(descriptor, lock_flags(mode) | LOCK_NB) != 0) return nullptr;
  return lock;
}

FileLock::~FileLock() { close(descriptor_); }

}  // namespace wws::git
