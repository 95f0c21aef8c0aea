// Folders that only this user may enter, and locks in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "base/result.h"

namespace wws::git {

// Makes the folder, its parents too, with mode 0700, or takes one that is there: it must be a
// folder, no link, and this user's; what its mode allows others is taken away. Errors: Denied when
// it is another user's, Invalid when it is no folder or cannot be made.
[[nodiscard]] Result<void> make_private(const std::filesystem::path& folder);

// An advisory lock on a file, held until the end of its life, also against other processes. The
// file stays where it is. Not for several threads.
class FileLock final {
 public:
  enum class Mode : std::uint8_t { Shared, Exclusive };

  // Waits for it; `busy` is called once before, if it has to wait. Errors: Invalid when the file
  // cannot be opened or locked.
  [[nodiscard]] static Result<std::unique_ptr<FileLock>> take(const std::filesystem::path& file,
                                                              Mode mode,
                                                              const std::function<void()>& busy);
  // Only if it is free; nullptr else.
  [[nodiscard]] static std::unique_ptr<FileLock> try_take(const std::filesystem::path& file,
                                                          Mode mode);
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) noexcept : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace wws::git
