// Mounted folders, and what can be done below a folder that is open: the whole of a guest's way to
// the host's files.
//
// Every path is relative to an open folder and resolved below it (resolve.h): an absolute path, a
// ".." too many and a link that leads out give kOutside. A path is any bytes but NUL. Functions on
// the caller's thread; see open_file.h.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "bindings/files/fault.h"
#include "bindings/files/open_file.h"

namespace wws::bindings::files {

enum class Access : std::uint8_t { ReadWrite, ReadOnly };

// A folder of the host that guests see under a name of their own. A value.
struct Mount {
  std::string from;  // absolute, without links in it
  std::string to;
  Access access = Access::ReadWrite;
};

// Opens the folder of a mount. A part of its path that has become a symbolic link is not followed
// (ELOOP): whoever may write into the folder above must not move the mount elsewhere.
[[nodiscard]] FileResult<std::unique_ptr<OpenFile>> open_mount(const Mount& mount);

// Whether guests will be able to use the mount. Errors: NotFound, Denied, Invalid for what is no
// folder, Unsupported where the kernel has no openat2.
[[nodiscard]] Result<void> check_mount(const Mount& mount);

enum class Follow : bool { No, Yes };  // a link that the path itself names

struct OpenHow {
  bool read = false;
  bool write = false;
  bool append = false;
  bool create = false;
  bool exclusive = false;  // with create: it must not be there
  bool truncate = false;
  bool must_be_folder = false;
  Follow follow = Follow::No;
};

// ENOTSUP for what is neither file nor folder. Never waits for a pipe's other end.
[[nodiscard]] FileResult<std::unique_ptr<OpenFile>> open_below(const OpenFile& folder,
                                                               const std::string& path,
                                                               const OpenHow& how);
[[nodiscard]] FileResult<FileStatus> status_below(const OpenFile& folder, const std::string& path,
                                                  Follow follow);
[[nodiscard]] FileResult<void> set_times_below(const OpenFile& folder, const std::string& path,
                                               Follow follow, const NewTimes& times);
[[nodiscard]] FileResult<std::string> read_link(const OpenFile& folder, const std::string& path);
[[nodiscard]] FileResult<void> create_folder(const OpenFile& folder, const std::string& path);
[[nodiscard]] FileResult<void> remove_folder(const OpenFile& folder, const std::string& path);
[[nodiscard]] FileResult<void> unlink_file(const OpenFile& folder, const std::string& path);
// kOutside for an absolute target. Others are taken as they are: following decides.
[[nodiscard]] FileResult<void> create_link(const std::string& target, const OpenFile& folder,
                                           const std::string& path);
// A second name of a file, or of a link itself; EPERM for folders.
[[nodiscard]] FileResult<void> add_name(const OpenFile& from, const std::string& old_path,
                                        const OpenFile& to, const std::string& new_path);
[[nodiscard]] FileResult<void> rename(const OpenFile& from, const std::string& old_path,
                                      const OpenFile& to, const std::string& new_path);

}  // namespace wws::bindings::files
