// OpenFile: a file or folder that a guest has open; closes it at the end of its life.
//
// Never a device, a pipe or a socket: those block, or do something when they are opened. All calls
// are made on the caller's thread and are short where the file system is local, but for sync(),
// sync_data() and allocate(), which may take as long as a disk does: those three may be called from
// another thread while the object lives.
#pragma once

#include <sys/uio.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "bindings/files/fault.h"

namespace wws::bindings::files {

enum class FileType : std::uint8_t {
  Unknown,
  BlockDevice,
  CharacterDevice,
  Folder,
  Regular,
  Socket,
  Link
};

struct FileStatus {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  FileType type = FileType::Unknown;
  std::uint64_t links = 0;
  std::uint64_t size = 0;
  std::chrono::nanoseconds accessed{};  // since 1970-01-01 UTC
  std::chrono::nanoseconds modified{};
  std::chrono::nanoseconds changed{};
};

// A time to set: left as it is, the present, or one.
struct NewTime {
  enum class Kind : std::uint8_t { Keep, Now, Given };
  Kind kind = Kind::Keep;
  std::chrono::nanoseconds time{};
};
struct NewTimes {
  NewTime accessed;
  NewTime modified;
};

enum class SeekFrom : std::uint8_t { Start, Current, End };
enum class Appending : bool { No, Yes };

struct FolderEntry {
  std::uint64_t next = 0;  // the cookie that goes on behind this entry
  std::uint64_t inode = 0;
  FileType type = FileType::Unknown;
  std::string_view name;  // any bytes but '/' and NUL; "." and ".." too
};

class OpenFile final {
 public:
  // Takes the descriptor over, also when it fails: ENOTSUP for what is neither file nor folder.
  [[nodiscard]] static FileResult<std::unique_ptr<OpenFile>> adopt(int descriptor);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] bool is_folder() const noexcept { return is_folder_; }
  [[nodiscard]] FileResult<FileStatus> status() const;
  [[nodiscard]] FileResult<void> set_times(const NewTimes& times) const;
  [[nodiscard]] FileResult<void> sync() const;
  [[nodiscard]] FileResult<void> sync_data() const;

  // Of a file. At most IOV_MAX ranges; the kernel may move fewer bytes than asked for.
  [[nodiscard]] FileResult<std::size_t> read(std::span<const iovec> into) const;
  [[nodiscard]] FileResult<std::size_t> write(std::span<const iovec> from) const;
  // At an offset, which must fit an off_t (EINVAL); the file's own position stays.
  [[nodiscard]] FileResult<std::size_t> read_at(std::span<const iovec> into,
                                                std::uint64_t offset) const;
  [[nodiscard]] FileResult<std::size_t> write_at(std::span<const iovec> from,
                                                 std::uint64_t offset) const;
  [[nodiscard]] FileResult<std::uint64_t> seek(std::int64_t offset, SeekFrom from) const;
  [[nodiscard]] FileResult<void> set_size(std::uint64_t size) const;
  [[nodiscard]] FileResult<void> allocate(std::uint64_t offset, std::uint64_t size) const;
  [[nodiscard]] FileResult<void> set_appending(Appending appending) const;

  // Of a folder: its entries from a cookie on (0: all), until `each` returns false. A cookie is
  // good for as long as the folder is open; any other number is harmless. `expected_bytes` says how
  // much the caller has room for.
  [[nodiscard]] FileResult<void> read_entries(
      std::uint64_t cookie, std::size_t expected_bytes,
      const std::function<bool(const FolderEntry&)>& each) const;

 private:
  explicit OpenFile(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_;
  bool is_folder_ = false;
};

}  // namespace wws::bindings::files
