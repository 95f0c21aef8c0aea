// Reads a whole file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace wws {

// What an errno of opening a file means: NotFound (missing, or not for this process), Exhausted
// (the machine lacks descriptors or memory now), Internal (anything else: a disk that fails).
[[nodiscard]] ErrorKind kind_of_file_error(int code) noexcept;

// Errors, naming the file: NotFound (missing, not for this process to read, or no regular file),
// Invalid when it has more than `max_bytes`, Exhausted when the machine lacks descriptors or memory
// for it now, Internal for anything else (a disk that fails). The last two may go well later.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::uint64_t max_bytes);

}  // namespace wws
