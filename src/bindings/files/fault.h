// FileFault: why an operation on files failed, as exactly as the kernel says it, because a guest's
// interface has a code for each. Values, never texts: a guest makes thousands of them.
#pragma once

#include <cerrno>
#include <expected>

namespace wws::bindings::files {

// One of <cerrno>, or kOutside.
enum class FileFault : int {};

// The path, or a symbolic link on its way, leads out of the mounted folder.
inline constexpr FileFault kOutside{-1};

template <typename T>
using FileResult = std::expected<T, FileFault>;

[[nodiscard]] inline std::unexpected<FileFault> file_fault(int code) noexcept {
  return std::unexpected(FileFault{code});
}
[[nodiscard]] inline std::unexpected<FileFault> last_file_fault() noexcept {
  return file_fault(errno);
}

}  // namespace wws::bindings::files
