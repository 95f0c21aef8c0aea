// What a bundle was made of, as esbuild's metafile says it. Private to the room.
// https://esbuild.github.io/api/#metafile
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::bundler {

// A module that stays outside of the bundle, and the way that leads to it.
struct External {
  std::string name;                // as it is imported: "node:fs"
  bool required = false;           // by require(), which looks for it only when it is run
  std::vector<std::string> chain;  // files: the entry, ..., the one that imports it
};

struct Metafile {
  std::vector<std::string> inputs;  // files of the project, "api/hello.ts"
  std::vector<External> externals;
};

// Errors: Internal for what is no metafile.
[[nodiscard]] Result<Metafile> read_metafile(std::string_view json);

}  // namespace wws::bundler
