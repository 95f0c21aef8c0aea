#include "http/files/open_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

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

ErrorKind kind_of(int code) noexcept {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:  // out of the folder
    case ENAMETOOLONG:
    case EACCES:
    case EPERM:
    case ENXIO:  // a socket, or a device without a driver
    case ENODEV: return ErrorKind::NotFound;
    case EAGAIN:
    case EMFILE:
    case ENFILE:
    case ENOMEM: return ErrorKind::Exhausted;
    default: return ErrorKind::Internal;
  }
}

}  // namespace

Result<std::unique_ptr<OpenFile>> OpenFile::adopt(int descriptor) {
  std::unique_ptr<OpenFile> file(new OpenFile(descriptor));
  struct stat status{};
  if (::fstat(descriptor, &status) != 0)
    return fail(ErrorKind::Internal, fmt::format("fstat: {}", text_of(errno)));
  if (S_ISREG(status.st_mode)) file->kind_ = Kind::Regular;
  if (S_ISDIR(status.st_mode)) file->kind_ = Kind::Folder;
  file->size_ = static_cast<std::uint64_t>(status.st_size);
  file->modified_ = std::chrono::seconds(status.st_mtim.tv_sec) +
                    std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return file;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::unique_ptr<OpenFolder>> OpenFolder::open(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    const ErrorKind kind = errno == ENOTDIR ? ErrorKind::Invalid : kind_of(errno);
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
    return fail(kind_of(-probe), fmt::format("{}: {}", path.string(), text_of(-probe)));
  ::close(probe);
  return std::unique_ptr<OpenFolder>(new OpenFolder(std::move(folder)));
}

Result<std::unique_ptr<OpenFile>> OpenFolder::open_below(const std::string& relative) const {
  if (relative.find('\0') != std::string::npos)
    return fail(ErrorKind::NotFound, "a file's name cannot hold a NUL character");
  const int descriptor = open_beneath(folder_->descriptor(), relative.c_str());
  if (descriptor < 0)
    return fail(kind_of(-descriptor), fmt::format("{}: {}", relative, text_of(-descriptor)));
  return OpenFile::adopt(descriptor);
}

}  // namespace wws::http
