// What a descriptor of any kind tells of its file; also of one that was opened with O_PATH.
#pragma once

#include "bindings/files/fault.h"
#include "bindings/files/open_file.h"

namespace wws::bindings::files {

[[nodiscard]] FileType type_of_mode(unsigned mode) noexcept;
[[nodiscard]] FileResult<FileStatus> status_of(int descriptor);
// Of the file itself, also where that is a symbolic link.
[[nodiscard]] FileResult<void> set_times_of(int descriptor, const NewTimes& times);

}  // namespace wws::bindings::files
