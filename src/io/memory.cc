#include "io/memory.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/read_file.h"

namespace wws::io {
namespace {

constexpr std::uint64_t kMostText = 4096;

std::uint64_t machine_memory() noexcept {
  const auto positive = [](long value) { return static_cast<std::uint64_t>(std::max(1l, value)); };
  return positive(sysconf(_SC_PHYS_PAGES)) * positive(sysconf(_SC_PAGESIZE));
}

}  // namespace

std::optional<std::uint64_t> parse_memory_max(std::string_view text) noexcept {
  std::uint64_t bytes = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), bytes).ec != std::errc())
    return std::nullopt;
  return bytes;
}

std::string parse_control_group(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with("0::/")) return std::string(line.substr(3));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return "/";
}

// A group has no more than each of those that it lies in.
std::uint64_t available_memory() {
  std::uint64_t bytes = machine_memory();
  const auto groups = read_file("/proc/self/cgroup", kMostText);
  const std::filesystem::path root = "/sys/fs/cgroup";
  auto group = std::filesystem::path(groups ? parse_control_group(*groups) : "/").relative_path();
  while (true) {
    const auto bound = read_file(root / group / "memory.max", kMostText);
    if (bound) bytes = std::min(bytes, parse_memory_max(*bound).value_or(bytes));
    if (group.empty()) return bytes;
    group = group.parent_path();
  }
}

}  // namespace wws::io
