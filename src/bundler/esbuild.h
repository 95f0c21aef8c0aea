// What is said to esbuild and what it says: the packets of its service protocol, as values. Private
// to the room.
//
// A packet is a u32 length and that many bytes: a u32 number (the lowest bit is set in an answer)
// and a value, whose first byte is its type. What comes back was made from a project's files inside
// of a sandbox: it may be anything.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sourcemap/source_map.h"

namespace wws::bundler {

// The version that its messages and ours must agree on.
inline constexpr std::string_view kEsbuildVersion = "0.27.2";

struct Message {
  std::string text;
  std::string file;  // empty: of no place
  sourcemap::Position at;
  std::string line;  // the text of the line
};

struct Built {
  std::vector<Message> errors, warnings;
  std::string code, map;  // empty where there are errors
  std::string metafile;   // JSON
};

// What goes to its stdin: one build with these command line flags.
[[nodiscard]] std::string build_request(const std::vector<std::string>& flags,
                                        std::string_view entry);
// What came from its stdout. Errors: Internal for what is no such answer.
[[nodiscard]] Result<Built> read_answer(std::string_view output);

}  // namespace wws::bundler
