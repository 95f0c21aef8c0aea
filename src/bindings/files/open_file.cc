#include "bindings/files/open_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <vector>

#include "bindings/files/status.h"

namespace wws::bindings::files {
namespace {

constexpr std::uint64_t kMostOffset = std::numeric_limits<off_t>::max();
constexpr std::size_t kLeastEntryBuffer = 1024, kMostEntryBuffer = 32u << 10;

FileResult<void> checked(int result) {
  if (result != 0) return last_file_fault();
  return {};
}
FileResult<std::size_t> counted(ssize_t result) {
  if (result < 0) return last_file_fault();
  return static_cast<std::size_t>(result);
}
template <typename Call>
auto again_if_interrupted(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

timespec to_timespec(const NewTime& wanted) {
  if (wanted.kind == NewTime::Kind::Keep) return {0, UTIME_OMIT};
  if (wanted.kind == NewTime::Kind::Now) return {0, UTIME_NOW};
  const auto count = wanted.time.count();
  return {static_cast<time_t>(count / 1'000'000'000), static_cast<long>(count % 1'000'000'000)};
}

FileType type_of_entry(unsigned char type) noexcept {
  switch (type) {
    case DT_BLK: return FileType::BlockDevice;
    case DT_CHR: return FileType::CharacterDevice;
    case DT_DIR: return FileType::Folder;
    case DT_REG: return FileType::Regular;
    case DT_SOCK: return FileType::Socket;
    case DT_LNK: return FileType::Link;
    default: return FileType::Unknown;
  }
}

// https://man7.org/linux/man-pages/man2/getdents.2.html
struct KernelEntry {
  std::uint64_t inode;
  std::int64_t next;
  std::uint16_t size;
  unsigned char type;
};
constexpr std::size_t kNameAt = 19;

// The entries in a filled buffer; false when `each` wants no more.
bool visit_entries(const char* at, std::size_t size,
                   const std::function<bool(const FolderEntry&)>& each) {
  const char* const end = at + size;
  while (at < end) {
    KernelEntry entry;
    std::memcpy(&entry, at, kNameAt);
    const char* const name = at + kNameAt;
    if (!each({static_cast<std::uint64_t>(entry.next), entry.inode, type_of_entry(entry.type),
               std::string_view(name)}))
      return false;
    at += entry.size;
  }
  return true;
}

}  // namespace

FileType type_of_mode(unsigned mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFBLK: return FileType::BlockDevice;
    case S_IFCHR: return FileType::CharacterDevice;
    case S_IFDIR: return FileType::Folder;
    case S_IFREG: return FileType::Regular;
    case S_IFSOCK: return FileType::Socket;
    case S_IFLNK: return FileType::Link;
    default: return FileType::Unknown;
  }
}

FileResult<FileStatus> status_of(int descriptor) {
  struct stat found{};
  if (::fstat(descriptor, &found) != 0) return last_file_fault();
  const auto time = [](const timespec& from) {
    return std::chrono::seconds(from.tv_sec) + std::chrono::nanoseconds(from.tv_nsec);
  };
  return FileStatus{.device = found.st_dev,
                    .inode = found.st_ino,
                    .type = type_of_mode(found.st_mode),
                    .links = found.st_nlink,
                    .size = static_cast<std::uint64_t>(found.st_size),
                    .accessed = time(found.st_atim),
                    .modified = time(found.st_mtim),
                    .changed = time(found.st_ctim)};
}

FileResult<void> set_times_of(int descriptor, const NewTimes& times) {
  const timespec both[2] = {to_timespec(times.accessed), to_timespec(times.modified)};
  return checked(::utimensat(descriptor, "", both, AT_EMPTY_PATH));
}

FileResult<std::unique_ptr<OpenFile>> OpenFile::adopt(int descriptor) {
  std::unique_ptr<OpenFile> file(new OpenFile(descriptor));
  struct stat found{};
  if (::fstat(descriptor, &found) != 0) return last_file_fault();
  if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) return file_fault(ENOTSUP);
  file->is_folder_ = S_ISDIR(found.st_mode);
  return file;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileResult<FileStatus> OpenFile::status() const { return status_of(descriptor_); }
FileResult<void> OpenFile::set_times(const NewTimes& times) const {
  return set_times_of(descriptor_, times);
}
FileResult<void> OpenFile::sync() const { return checked(::fsync(descriptor_)); }
FileResult<void> OpenFile::sync_data() const { return checked(::fdatasync(descriptor_)); }

FileResult<std::size_t> OpenFile::read(std::span<const iovec> into) const {
  return counted(again_if_interrupted(
      [&] { return ::readv(descriptor_, into.data(), static_cast<int>(into.size())); }));
}
FileResult<std::size_t> OpenFile::write(std::span<const iovec> from) const {
  return counted(again_if_interrupted(
      [&] { return ::writev(descriptor_, from.data(), static_cast<int>(from.size())); }));
}
FileResult<std::size_t> OpenFile::read_at(std::span<const iovec> into, std::uint64_t offset) const {
  if (offset > kMostOffset) return file_fault(EINVAL);
  return counted(again_if_interrupted([&] {
    return ::preadv(descriptor_, into.data(), static_cast<int>(into.size()),
                    static_cast<off_t>(offset));
  }));
}
FileResult<std::size_t> OpenFile::write_at(std::span<const iovec> from,
                                           std::uint64_t offset) const {
  if (offset > kMostOffset) return file_fault(EINVAL);
  return counted(again_if_interrupted([&] {
    return ::pwritev(descriptor_, from.data(), static_cast<int>(from.size()),
                     static_cast<off_t>(offset));
  }));
}

FileResult<std::uint64_t> OpenFile::seek(std::int64_t offset, SeekFrom from) const {
  const int whence = from == SeekFrom::Start     ? SEEK_SET
                     : from == SeekFrom::Current ? SEEK_CUR
                                                 : SEEK_END;
  const off_t at = ::lseek(descriptor_, offset, whence);
  if (at < 0) return last_file_fault();
  return static_cast<std::uint64_t>(at);
}

FileResult<void> OpenFile::set_size(std::uint64_t size) const {
  if (size > kMostOffset) return file_fault(EINVAL);
  return checked(::ftruncate(descriptor_, static_cast<off_t>(size)));
}

FileResult<void> OpenFile::allocate(std::uint64_t offset, std::uint64_t size) const {
  if (offset > kMostOffset || size > kMostOffset) return file_fault(EINVAL);
  return checked(::fallocate(descriptor_, 0, static_cast<off_t>(offset), static_cast<off_t>(size)));
}

FileResult<void> OpenFile::set_appending(Appending appending) const {
  const int flags = ::fcntl(descriptor_, F_GETFL);
  if (flags < 0) return last_file_fault();
  const int wanted = appending == Appending::Yes ? flags | O_APPEND : flags & ~O_APPEND;
  return checked(::fcntl(descriptor_, F_SETFL, wanted));
}

FileResult<void> OpenFile::read_entries(std::uint64_t cookie, std::size_t expected_bytes,
                                        const std::function<bool(const FolderEntry&)>& each) const {
  if (::lseek(descriptor_, static_cast<off_t>(cookie), SEEK_SET) < 0) return last_file_fault();
  std::vector<char> buffer(std::clamp(expected_bytes, kLeastEntryBuffer, kMostEntryBuffer));
  for (;;) {
    const auto size = ::syscall(SYS_getdents64, descriptor_, buffer.data(), buffer.size());
    if (size < 0) return last_file_fault();
    if (size == 0) return {};
    if (!visit_entries(buffer.data(), static_cast<std::size_t>(size), each)) return {};
  }
}

}  // namespace wws::bindings::files
