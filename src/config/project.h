// Project: a folder seen as workers, their configuration and static files. A plain value; reading
// the folder is the only I/O.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/ignore_rules.h"
#include "config/mistake.h"
#include "config/worker_config.h"

namespace wws::config {

struct WorkerFile {
  std::filesystem::path file;  // absolute
  std::string relative;        // to the root, with '/', "api/[id].js"
  std::string extension;       // "wasm", or one of a script: "js", "mjs", "jsx", "ts", "tsx", "mts"
  WorkerConfig config;
  Mistakes mistakes;  // not empty: the worker is listed, and its route answers 500
};

struct Project {
  std::filesystem::path root;       // absolute, canonical
  std::vector<WorkerFile> workers;  // sorted by `relative`, byte order
  std::optional<std::filesystem::path>
      public_folder;  // <root>/public; a link only inside of the root
  Mistakes mistakes;  // of the project, not of one worker
};

struct ProjectOptions {
  std::vector<std::string> extensions = {"js", "mjs", "jsx", "ts", "tsx", "mts", "wasm"};
  std::vector<std::string> ignore;     // globs relative to the root
  IgnoreRules ignored = {};            // of .wwsignore
  bool allow_outside_folders = false;  // [[folders]] and public may lie outside of the root
  WorkerConfig defaults = {};          // what each worker's configuration starts from
};

// Finds the workers of a folder: regular files with a worker's extension, and symbolic links to
// such files inside the root; files of TypeScript's declarations (.d.ts) are none. No part of their
// path is `public` or `node_modules` or starts with
// '.' or '_', and nothing of `ignore` and `ignored` matches it. What cannot be read and links out
// of the root become mistakes. The folders of Wasm workers are looked up, and those that are
// missing, are no folders, lie outside of the root or hold its .env are the worker's mistakes; a
// JavaScript worker has no files, so that its folders are only warned of. Errors: NotFound "Missing
// path in filesystem: ...", Denied for a path that cannot be followed, Invalid for one that is no
// folder and for a bad glob.
[[nodiscard]] Result<Project> read_project(const std::filesystem::path& path,
                                           const ProjectOptions& options,
                                           const Environment& environment);

}  // namespace wws::config
