// FileStamp: tells whether a file is still what it was when it was looked at, without reading it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace wws {

struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified = 0, changed = 0;  // nanoseconds
  [[nodiscard]] bool operator==(const FileStamp&) const = default;
};

// Of the file that the path leads to; nothing where there is none.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::filesystem::path& path) noexcept;

}  // namespace wws
