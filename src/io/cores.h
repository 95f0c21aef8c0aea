// How many processors this process may use.
#pragma once

#include <optional>
#include <string_view>

namespace wws::io {

// Those of its affinity mask, or fewer where its control group has a quota; 1 at least.
[[nodiscard]] unsigned available_cores() noexcept;

// The quota in a control group's cpu.max ("150000 100000": 2, rounded up); nothing for "max".
// https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
[[nodiscard]] std::optional<unsigned> parse_cpu_max(std::string_view text) noexcept;

}  // namespace wws::io
