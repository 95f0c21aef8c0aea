// SourceFiles: lines of a project's sources, for whom they are shown to.
//
// A stack is the guest's text: it may name any file of this machine. What is read is a source by
// its name, inside of the project, through no link that leads out of it, and not large.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace wws::develop {

// `file` as a stack names it: relative to `root`, or absolute below it.
[[nodiscard]] std::optional<std::string> read_source(const std::filesystem::path& root,
                                                     std::string_view file);

}  // namespace wws::develop
