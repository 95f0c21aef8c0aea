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

std::unexpected<Error> cannot_read(const std::filesystem::path& path, const char* why) {
  return fail(ErrorKind::NotFound, "cannot read " + path.string() + ": " + why);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const Descriptor file(path.c_str());
  if (file.number() < 0) return cannot_read(path, std::strerror(errno));
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return cannot_read(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return cannot_read(path, "it is no regular file");
  std::string bytes;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(file.number(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, std::strerror(errno));
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > max_bytes)
      return fail(ErrorKind::Exhausted,
                  path.string() + " has more than " + std::to_string(max_bytes) + " bytes");
  }
}

}  // namespace wws
