#include "io/cores.h"

#include <sched.h>

#include <algorithm>
#include <charconv>

#include "base/read_file.h"

namespace wws::io {

std::optional<unsigned> parse_cpu_max(std::string_view text) noexcept {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  unsigned long quota = 0;
  unsigned long period = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), text.data() + space, quota).ec != std::errc() ||
      std::from_chars(text.data() + space + 1, end, period).ec != std::errc() || period == 0)
    return std::nullopt;
  return static_cast<unsigned>(std::max(1ul, (quota + period - 1) / period));
}

unsigned available_cores() noexcept {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  unsigned cores = 1;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0)
    cores = std::max(1u, static_cast<unsigned>(CPU_COUNT(&mask)));
  const auto quota = read_file("/sys/fs/cgroup/cpu.max", 4096);
  if (!quota) return cores;
  return std::min(cores, parse_cpu_max(*quota).value_or(cores));
}

}  // namespace wws::io
