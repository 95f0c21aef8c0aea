// What the start-up prints of a project. Names of files and texts of workers are not trusted: no
// control character of theirs reaches the terminal, and none begins a line of its own making.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "router/router.h"

namespace wws::cli {

// Two lines a route: its URL, below `base` ("http://127.0.0.1:8080"), and its file. Of a path, what
// a URL cannot hold is percent-encoded; brackets of parameters and letters of any script stay.
[[nodiscard]] std::string route_list(const router::Router& router,
                                     const std::filesystem::path& root, std::string_view base);

// A mistake's or failure's text: its lines stay, further ones indented, the rest is escaped.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace wws::cli
