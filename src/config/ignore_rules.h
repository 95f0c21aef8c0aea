// IgnoreRules: which files of a project are no workers. A plain value.
//
// Two sources: the globs of `--ignore` (config/glob.h), and the lines of `.wwsignore`, which are
// read as Git reads `.gitignore` (https://git-scm.com/docs/gitignore): '#' begins a comment, '!'
// takes back, a '/' at the end means folders only, one at the beginning or in the middle ties the
// pattern to the project's folder; without one it counts at any depth. The last line that matches
// decides. What lies in an ignored folder is ignored, whatever later lines say.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/glob.h"
#include "config/mistake.h"

namespace wws::config {

enum class EntryKind : bool { File, Folder };

class IgnoreRules final {
 public:
  // Errors: those of Glob::create().
  [[nodiscard]] Result<void> add_glob(std::string_view pattern);
  // All lines of a `.wwsignore`; the mistakes of those that cannot be read.
  [[nodiscard]] Mistakes add_file(std::string_view file, std::string_view text);

  // `path` is relative to the project; nothing above it is ignored.
  [[nodiscard]] bool ignores(std::string_view path, EntryKind kind) const;
  [[nodiscard]] bool empty() const noexcept { return globs_.empty() && lines_.empty(); }

 private:
  struct Line {
    Glob glob;
    bool folders_only;
    bool takes_back;
  };

  std::vector<Glob> globs_;
  std::vector<Line> lines_;
};

}  // namespace wws::config
