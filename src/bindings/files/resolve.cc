#include "bindings/files/resolve.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wws::bindings::files {
namespace {

// Renames that go on while the kernel walks over ".." make it give up with EAGAIN.
constexpr int kTries = 32;

FileResult<Descriptor> call_openat2(int folder, const std::string& path, open_how how) {
  // A NUL would end the path early: another file than the one that was named.
  if (path.find('\0') != std::string::npos) return file_fault(EILSEQ);
  how.flags |= O_CLOEXEC;
  for (int tries = 0; tries < kTries; ++tries) {
    const auto number =
        static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how));
    if (number >= 0) return Descriptor(number);
    if (errno == EXDEV) return std::unexpected(kOutside);
    if (errno != EAGAIN && errno != EINTR) return last_file_fault();
  }
  return file_fault(EAGAIN);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

FileResult<Descriptor> open_beneath(int folder, const std::string& path, std::uint64_t flags,
                                    std::uint64_t mode) {
  open_how how{};
  how.flags = flags;
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return call_openat2(folder, path, how);
}

FileResult<Descriptor> open_without_links(const std::string& path, std::uint64_t flags) {
  open_how how{};
  how.flags = flags;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return call_openat2(AT_FDCWD, path, how);
}

FileResult<Place> Place::find(int folder, const std::string& path) {
  if (path.empty()) return file_fault(ENOENT);
  if (path.find('\0') != std::string::npos) return file_fault(EILSEQ);
  if (path.front() == '/') return std::unexpected(kOutside);
  const std::size_t slash = path.rfind('/', path.find_last_not_of('/'));
  if (slash == std::string::npos) return Place(folder, Descriptor(-1), path);
  auto parent = open_beneath(folder, path.substr(0, slash + 1), O_PATH | O_DIRECTORY);
  if (!parent) return std::unexpected(parent.error());
  const int number = parent->get();
  return Place(number, std::move(*parent), path.substr(slash + 1));
}

}  // namespace wws::bindings::files
