// Stacks as people read them: frames in the files that somebody wrote, and the lines around them.
// Pure functions on the text that an engine gives.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sourcemap/source_map.h"

namespace wws::sourcemap {

// One line of a stack, "    at name (file:12:3)" or "    at file:12:3"; borrows from it.
struct Frame {
  std::string_view name;  // may be empty
  std::string_view file;
  Position at;
};
// Nothing for a line that is no frame with a position.
[[nodiscard]] std::optional<Frame> parse_frame(std::string_view line);

// The text with the position of each frame of `file` replaced by its original one. A frame that
// comes from none of the sources (what a bundler adds) is left out; other lines stay as they are.
[[nodiscard]] std::string map_stack(std::string_view text, std::string_view file,
                                    const SourceMap& map);

// The line at a position, up to `around` lines before and after it, each with its number, and a
// mark below the column:
//
//       3 | const user = null;
//     > 4 | user.name;
//         |      ^
//
// Empty where the text has no such line. Long lines are cut.
[[nodiscard]] std::string excerpt(std::string_view text, Position at, std::uint32_t around);
// The same where only that one line is at hand.
[[nodiscard]] std::string excerpt_of_line(std::string_view line, Position at);

}  // namespace wws::sourcemap
