// `wws new`: writes a project that runs, from a template inside this program (templates/).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/options.h"

namespace wws::cli {

// Views of static storage.
struct TemplateFile {
  std::string_view name;  // of the template, "js"
  std::string_view path;  // in the project
  std::string_view bytes;
};
// Those that the build put into this program; they live as long as it.
[[nodiscard]] std::span<const TemplateFile> embedded_templates();

// Writes the files of a template into `folder`, which is made if it is not there; their paths, in
// order. Nothing that is there is written over: then nothing is written at all. Errors: Denied,
// naming what is in the way; Internal for what cannot be written.
[[nodiscard]] Result<std::vector<std::string>> write_template(std::span<const TemplateFile> files,
                                                              std::string_view name,
                                                              const std::filesystem::path& folder);

// The command: prints what was made and what to type next; the exit code.
[[nodiscard]] int new_project(const Options& options, std::span<const TemplateFile> templates);

}  // namespace wws::cli
