// Reads a whole file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace wws {

// Errors, naming the file: NotFound (missing, unreadable, or no regular file), Exhausted when it
// has more than `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path,
                                            std::uint64_t max_bytes);

}  // namespace wws
