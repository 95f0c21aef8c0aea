// The TOML parser with what must be told to it first. Private to the room.
#pragma once

// The parser itself is compiled once, in toml.cc.
#define TOML_HEADER_ONLY 0
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
// The parser asserts what a document like "[=]" makes false, though it has the error for it.
#define TOML_ASSERT(condition) static_assert(true)
#include <toml++/toml.h>

#include <expected>
#include <string_view>

#include "config/mistake.h"

namespace wws::config {

// The document, or the one mistake that keeps it from being read: its syntax, more than 1 MiB, or
// keys that would nest too deep.
[[nodiscard]] std::expected<toml::table, Mistakes> parse_toml(std::string_view file,
                                                              std::string_view text);

// "a string", "a list".
[[nodiscard]] std::string_view article_and_name(toml::node_type type) noexcept;

}  // namespace wws::config
