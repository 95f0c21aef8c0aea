// Traces: the stack of a failed guest as frames, and the lines of source that they point at. Pure.
//
// A stack is the guest's text and may say anything; what is read here is only ever shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wws::abi {

struct Frame {
  std::string function;  // may be empty
  std::string file;      // as the stack names it; empty for one of the engine's own
  int line = 0;          // 1-based; 0: not known
  int column = 0;        // 1-based; 0: not known
};

// "    at f (api/[id].js:3:14)", "    at index.js:1:2" and WebAssembly's
// "    0: 0x1b2 - hello.wasm!crash", which may be followed by "at /src/hello.c:3:5". Other lines
// are left out; at most 64 frames.
[[nodiscard]] std::vector<Frame> parse_stack(std::string_view stack);
// The first frame that names a place in a file.
[[nodiscard]] const Frame* first_place(const std::vector<Frame>& frames) noexcept;

struct Excerpt {
  std::string file;
  int first = 1;                   // number of the first line
  int marked = 1;                  // number of the marked line
  int column = 0;                  // of what is marked in it, as it is shown; 0: the whole line
  std::vector<std::string> lines;  // tabs are spaces, long lines are cut around the column
};

// The lines around `line`; nothing when the text has no such line.
[[nodiscard]] std::optional<Excerpt> make_excerpt(std::string_view file, std::string_view text,
                                                  int line, int column);
// For the log:
//     2 |   const x = 1;
//   > 3 |   x.y.z();
//       |       ^
[[nodiscard]] std::string to_text(const Excerpt& excerpt);

}  // namespace wws::abi
