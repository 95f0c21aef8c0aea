// Files below one folder, opened so that no path and no symbolic link leads out of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.h"

namespace wws::http {

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

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::chrono::nanoseconds modified() const noexcept { return modified_; }

 private:
  explicit OpenFile(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_;
  Kind kind_ = Kind::Other;
  std::uint64_t size_ = 0;
  std::chrono::nanoseconds modified_{};  // since 1970-01-01 UTC
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

 private:
  explicit OpenFolder(std::unique_ptr<OpenFile> folder) noexcept : folder_(std::move(folder)) {}

  std::unique_ptr<OpenFile> folder_;
};

}  // namespace wws::http
