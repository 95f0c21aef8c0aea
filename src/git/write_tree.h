// A tree of a repository as files of a folder. The repository is not trusted: it cannot name a
// place outside of the folder, and what it holds is bounded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "git/handles.h"

namespace wws::git {

struct TreeLimits {
  std::uint64_t bytes = std::uint64_t{4} << 30;  // of all files
  std::uint64_t entries = 500'000;               // files and folders
  unsigned depth = 64;                           // folders in folders
};

// Writes the files into `folder`, which is empty. Their bytes are the repository's: no filter and
// no line ending is applied. Returns what it left out, each as "path: why": submodules, and
// symbolic links that do not lead to a file or folder inside of `folder`. Errors: Invalid for a
// tree that git would not check out (".." or ".git" as a name, one name twice), Exhausted for what
// is over a limit or does not fit on the disk, Internal for objects that are missing.
[[nodiscard]] Result<std::vector<std::string>> write_tree(git_repository* repository,
                                                          const git_tree* tree,
                                                          const std::filesystem::path& folder,
                                                          const TreeLimits& limits);

}  // namespace wws::git
