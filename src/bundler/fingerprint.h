// Whether what a bundle was made of is still the same. Private to the room.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "wasm/module_cache.h"

namespace wws::bundler {

// SHA-256 over the content of the input files (relative to the root) and over all that their
// imports were resolved by: in every folder from the root to theirs package.json, tsconfig and the
// names in node_modules, and beside each input the names that differ only in their extension.
[[nodiscard]] wasm::Digest fingerprint(const std::filesystem::path& root,
                                       std::span<const std::string> inputs);

}  // namespace wws::bundler
