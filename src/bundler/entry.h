// A bundle as the cache keeps it. Private to the room.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "bundler/bundler.h"

namespace wws::bundler {

inline constexpr std::string_view kEntryVersion = "wws bundle 2";

// `map` is the text that bundle.map was parsed from.
[[nodiscard]] std::string write_entry(const Bundle& bundle, std::string_view map,
                                      const std::filesystem::path& root);
// Nothing when one of the files that it was made of has changed, or the entry is no sound one.
[[nodiscard]] std::optional<Bundle> read_entry(std::string_view entry,
                                               const std::filesystem::path& root);

}  // namespace wws::bundler
