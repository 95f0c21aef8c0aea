#include "bundler/libraries.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/read_file.h"
#include "bundler/imports.h"

namespace wws::bundler {
namespace {

constexpr std::uint64_t kMostBytes = 4u << 20;

// The file that an import names: as it is, with an extension, of a folder's index; ".js" may stand
// for ".ts". https://esbuild.github.io/content-types/#typescript
std::vector<std::string> candidates(const std::string& importer, const std::string& specifier) {
  if (!specifier.starts_with('.')) return {};
  const std::string path =
      (std::filesystem::path(importer).parent_path() / specifier).lexically_normal().string();
  std::vector<std::string> names = {path};
  const std::string folder = path.ends_with('/') ? path : path + "/";
  for (const char* extension : {".tsx", ".ts", ".jsx", ".js", ".mts", ".mjs"}) {
    names.push_back(path + extension);
    names.push_back(folder + "index" + extension);
  }
  for (const auto& [from, to] : {std::pair{".js", ".ts"}, {".js", ".tsx"}, {".mjs", ".mts"}})
    if (path.ends_with(from))
      names.push_back(path.substr(0, path.size() - std::string_view(from).size()) + to);
  return names;
}

}  // namespace

std::vector<std::string> libraries_of(const config::Project& project) {
  std::map<std::string, bool> handles;  // by file
  std::set<std::string> imported;
  for (const config::WorkerFile& worker : project.workers) {
    if (worker.extension == "wasm") continue;
    const auto source = read_file(worker.file, kMostBytes);
    if (!source) continue;
    const ModuleOutline outline = outline_of(*source);
    handles[worker.relative] = outline.handles;
    for (const std::string& specifier : outline.specifiers)
      for (std::string& name : candidates(worker.relative, specifier))
        if (name != worker.relative) imported.insert(std::move(name));
  }
  std::vector<std::string> libraries;
  for (const auto& [file, handles_itself] : handles)
    if (!handles_itself && imported.contains(file)) libraries.push_back(file);
  return libraries;
}

}  // namespace wws::bundler
