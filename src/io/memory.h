// How much memory this process may use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wws::io {

// The machine's, or less where a control group around the process has a bound.
[[nodiscard]] std::uint64_t available_memory();

// The bound in a control group's memory.max, in bytes; nothing for "max".
// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
[[nodiscard]] std::optional<std::uint64_t> parse_memory_max(std::string_view text) noexcept;

// The control group that /proc/self/cgroup names ("0::/system.slice/wws.service"); "/" if none.
[[nodiscard]] std::string parse_control_group(std::string_view text);

}  // namespace wws::io
