// Files below one folder, opened so that no path and no symbolic link leads out of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace wws::http {

// Tells whether a path still leads to the same file in the same state.
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::chrono::nanoseconds modified{};  // since 1970-01-01 UTC, both
  std::chrono::nanoseconds changed{};   // the inode: mode, owner, names, and the content, too
  [[nodiscard]] bool operator==(const FileState&) const = default;
};

// An open file or folder; closes it at the end of its life. Reading takes the offset along, so one
// file may be read by several threads.
class OpenFile final {
 public:
  enum class Kind : unsigned char { Regular, Folder, Other };

  // Takes the descriptor over, also when it fails. Errors: Internal.
  [[nodiscard]] static Result<std::unique_ptr<OpenFile>> adopt(int descriptor);
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  // Reads the content into memory, after which there is no descriptor. False when it cannot be
  // read or changes meanwhile: then nothing has changed here.
  [[nodiscard]] bool hold();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }  // -1 when it is held
  // The content, when it is held.
  [[nodiscard]] const std::shared_ptr<const std::string>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] const FileState& state() const noexcept { return state_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return state_.size; }
  [[nodiscard]] std::chrono::nanoseconds modified() const noexcept { return state_.modified; }

 private:
  explicit OpenFile(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_;
  Kind kind_ = Kind::Other;
  FileState state_;
  std::shared_ptr<const std::string> bytes_;
};

// A folder that stays open. Immutable, may be shared between threads.
class OpenFolder final {
 public:
  // Errors: NotFound, Invalid for what is no folder, Unsupported where the kernel has no openat2.
  [[nodiscard]] static Result<std::unique_ptr<OpenFolder>> open(const std::filesystem::path& path);
  OpenFolder(const OpenFolder&) = delete;
  OpenFolder& operator=(const OpenFolder&) = delete;
  ~OpenFolder() = default;

  // Opens for reading what `relative` names; symbolic links are followed inside the folder. Never
  // waits for a pipe's other end. Errors: NotFound, also for what may not be read and what lies
  // outside; Exhausted when the process is out of descriptors or memory; Internal.
  [[nodiscard]] Result<std::unique_ptr<OpenFile>> open_below(const std::string& relative) const;
  // The state of what `relative` names, which may lie outside: of use only to compare it with what
  // open_below() opened. Nothing when that cannot be told.
  [[nodiscard]] std::optional<FileState> state_of(const std::string& relative) const noexcept;

 private:
  explicit OpenFolder(std::unique_ptr<OpenFile> folder) noexcept : folder_(std::move(folder)) {}

  std::unique_ptr<OpenFile> folder_;
};

}  // namespace wws::http
