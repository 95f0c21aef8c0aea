// What esbuild complains about, for people. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "bundler/esbuild.h"

namespace wws::bundler {

// "file:line:column: what", then the line with a mark below the column.
[[nodiscard]] std::string text_of(const Message& message);
// All of them, the first few in full. At least one.
[[nodiscard]] Error error_of(const std::vector<Message>& errors);
// The modules of Node's that could not be found, when there is nothing else wrong.
[[nodiscard]] std::vector<std::string> missing_node_modules(const std::vector<Message>& errors);

}  // namespace wws::bundler
