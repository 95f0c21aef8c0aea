#include "bundler/metafile.h"

#include <algorithm>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>

#include "bundler/node_modules.h"

namespace wws::bundler {
namespace {

using Json = nlohmann::json;

std::vector<std::string> chain_to(const std::string& file,
                                  const std::map<std::string, std::string>& importer) {
  std::vector<std::string> chain = {file};
  for (auto at = importer.find(file); at != importer.end() && !at->second.empty();
       at = importer.find(at->second))
    chain.push_back(at->second);
  std::ranges::reverse(chain);
  return chain;
}

void add_external(Metafile& read, const std::string& file, const Json& import,
                  const std::map<std::string, std::string>& importer) {
  const std::string name = import.value("path", "");
  if (is_runtime_module(name)) return;
  const std::string kind = import.value("kind", "");
  const bool required = kind != "import-statement";
  for (const External& known : read.externals)
    if (known.name == name && known.required == required) return;
  read.externals.push_back({name, required, chain_to(file, importer)});
}

// Others are in brackets: "(disabled):node_modules/a/b.js", "<data:...>".
bool is_file_of_project(std::string_view input) noexcept {
  return !is_module_of_ours(input) && !input.starts_with('(') && !input.starts_with('<');
}

// "a.wasm?bytes" is of the file a.wasm, unless there is one with that whole name.
void add_input(std::vector<std::string>& inputs, const std::string& input) {
  inputs.push_back(input);
  const auto query = input.find_last_of("?#");
  if (query != std::string::npos) inputs.push_back(input.substr(0, query));
}

// The worker's own file, without symbolic links.
std::string entry_of(const Json& metafile) {
  for (const Json& output : metafile.at("outputs"))
    if (output.contains("entryPoint")) return output.at("entryPoint").get<std::string>();
  return "";
}

}  // namespace

Result<Metafile> read_metafile(std::string_view json) try {
  const Json metafile = Json::parse(json);
  const Json& inputs = metafile.at("inputs");
  Metafile read;
  for (const auto& [file, _] : inputs.items())
    if (is_file_of_project(file)) add_input(read.inputs, file);
  std::ranges::sort(read.inputs);
  read.inputs.erase(std::ranges::unique(read.inputs).begin(), read.inputs.end());
  // Breadth first, so that chains are the shortest.
  const std::string entry = entry_of(metafile);
  std::map<std::string, std::string> importer = {{entry, ""}};
  std::deque<std::string> open = {entry};
  for (; !open.empty(); open.pop_front()) {
    const std::string file = open.front();
    const auto input = inputs.find(file);
    if (input == inputs.end()) continue;
    for (const Json& import : input->at("imports")) {
      if (import.value("external", false)) {
        add_external(read, file, import, importer);
        continue;
      }
      const std::string path = import.at("path").get<std::string>();
      if (importer.try_emplace(path, file).second) open.push_back(path);
    }
  }
  return read;
} catch (const Json::exception& error) {
  return fail(ErrorKind::Internal, std::string("the bundler's metafile: ") + error.what());
}

}  // namespace wws::bundler
