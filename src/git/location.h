// What the command line names as the project: a folder, or a git repository at an address. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::git {

enum class LocationKind : std::uint8_t { Folder, Repository };

// A repository is `http://` or `https://`, a host, and a path whose last part ends in ".git".
// Errors: Invalid "Invalid URL: ..." for every other address, with the way out: another scheme, the
// form `user@host:path` of ssh, no ".git", a query, control characters. What is no address is a
// folder.
[[nodiscard]] Result<LocationKind> classify(std::string_view location);

// The location without the user and password that it may hold, to be shown or logged.
[[nodiscard]] std::string shown(std::string_view location);

// Whether the address leaves the machine without TLS.
[[nodiscard]] bool is_readable_by_others(std::string_view url);

// "name" of ".../name.git", of letters, digits, '-' and '_' only: a part of a file name.
[[nodiscard]] std::string name_of(std::string_view url);

}  // namespace wws::git
