#include "http/files/open_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/read_file.h"

namespace wws::http {
namespace {

std::string text_of(int code) { return std::generic_category().message(code); }

// The descriptor, or -errno.
int open_beneath(int folder, const char* relative) noexcept {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  // EAGAIN: something was renamed while the kernel checked "..", which only links can contain.
  for (int tries = 0; tries < 16; ++tries) {
    const auto result =
        static_cast<int>(::syscall(SYS_openat2, folder, relative, &how, sizeof how));
    if (result >= 0) return result;
    if (errno != EAGAIN && errno != EINTR) return -errno;
  }
  return -EAGAIN;
}

std::chrono::nanoseconds to_time(const timespec& time) noexcept {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

FileState to_state(const struct stat& status) noexcept {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified = to_time(status.st_mtim),
          .changed = to_time(status.st_ctim)};
}

}  // namespace

Result<std::unique_ptr<OpenFile>> OpenFile::adopt(int descriptor) {
  std::unique_ptr<OpenFile> file(new OpenFile(descriptor));
  struct stat status{};
  if (::fstat(descriptor, &status) != 0)
    return fail(ErrorKind::Internal, fmt::format("fstat: {}", text_of(errno)));
  if (S_ISREG(status.st_mode)) file->kind_ = Kind::Regular;
  if (S_ISDIR(status.st_mode)) file->kind_ = Kind::Folder;
  file->state_ = to_state(status);
  return file;
}

bool OpenFile::hold() {
  // One byte more than there should be shows a file that has grown.
  std::string bytes(static_cast<std::size_t>(size()) + 1, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data() + got, bytes.size() - got, static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  struct stat status{};
  if (got != size() || ::fstat(descriptor_, &status) != 0 || to_state(status) != state_)
    return false;
  bytes.resize(got);
  bytes_ = std::make_shared<const std::string>(std::move(bytes));
  ::close(descriptor_);
  descriptor_ = -1;
  return true;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::unique_ptr<OpenFolder>> OpenFolder::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    const ErrorKind kind = errno == ENOTDIR ? ErrorKind::Invalid : kind_of_file_error(errno);
    return fail(kind, fmt::format("{}: {}", path.string(), text_of(errno)));
  }
  WWS_TRY(auto folder, OpenFile::adopt(descriptor));
  const int probe = open_beneath(descriptor, ".");
  if (probe == -ENOSYS || probe == -EPERM)
    return fail(ErrorKind::Unsupported,
                fmt::format("{}: static files need the system call openat2 (Linux 5.6), and it is "
                            "missing or forbidden here: {}",
                            path.string(), text_of(-probe)));
  if (probe < 0)
    return fail(kind_of_file_error(-probe), fmt::format("{}: {}", path.string(), text_of(-probe)));
  ::close(probe);
  return std::unique_ptr<OpenFolder>(new OpenFolder(std::move(folder)));
}

Result<std::unique_ptr<OpenFile>> OpenFolder::open_below(const std::string& relative) const {
  if (relative.find('\0') != std::string::npos)
    return fail(ErrorKind::NotFound, "a file's name cannot hold a NUL character");
  const int descriptor = open_beneath(folder_->descriptor(), relative.c_str());
  if (descriptor < 0)
    return fail(kind_of_file_error(-descriptor),
                fmt::format("{}: {}", relative, text_of(-descriptor)));
  return OpenFile::adopt(descriptor);
}

std::optional<FileState> OpenFolder::state_of(const std::string& relative) const noexcept {
  struct stat status{};
  if (::fstatat(folder_->descriptor(), relative.c_str(), &status, AT_NO_AUTOMOUNT) != 0)
    return std::nullopt;
  return to_state(status);
}

}  // namespace wws::http
