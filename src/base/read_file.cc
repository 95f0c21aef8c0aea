#include "base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace wws {
namespace {

// Closes at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(const char* path)
      : number_(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

std::unexpected<Error> cannot_read(const std::filesystem::path& path, ErrorKind kind,
                                   const char* why) {
  return fail(kind, "cannot read " + path.string() + ": " + why);
}

std::unexpected<Error> cannot_read(const std::filesystem::path& path, int code) {
  return cannot_read(path, kind_of_file_error(code), std::strerror(code));
}

}  // namespace

ErrorKind kind_of_file_error(int code) noexcept {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:  // out of the folder that it must be in (openat2)
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

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const Descriptor file(path.c_str());
  if (file.number() < 0) return cannot_read(path, errno);
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return cannot_read(path, errno);
  if (!S_ISREG(status.st_mode))
    return cannot_read(path, ErrorKind::NotFound, "it is no regular file");
  std::string bytes;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.number(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > max_bytes)
      return fail(ErrorKind::Invalid,
                  path.string() + " has more than " + std::to_string(max_bytes) + " bytes");
  }
}

}  // namespace wws
