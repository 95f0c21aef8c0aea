#include "cli/surroundings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace wws::cli {
namespace {

// Redrawn on a terminal, silent in a file.
void show_progress(const git::Progress& progress) {
  if (isatty(STDOUT_FILENO) == 0 || progress.total == 0) return;
  std::printf("\r    %u of %u objects, %llu KiB%s", progress.received, progress.total,
              static_cast<unsigned long long>(progress.bytes >> 10),
              progress.received == progress.total ? "\n" : "");
  std::fflush(stdout);
}

}  // namespace

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::optional<std::filesystem::path> cache_folder() {
  for (const auto& [variable, below] :
       {std::pair{"XDG_CACHE_HOME", "wws"}, {"HOME", ".cache/wws"}}) {
    const std::filesystem::path root = environment(variable).value_or("");
    if (root.is_absolute()) return root / below;
  }
  return std::nullopt;
}

Result<ProjectPlace> find_project(const Options& options) {
  const auto say = [](const std::string& line) {
    fmt::print("    {}\n", line);
    std::fflush(stdout);
  };
  WWS_TRY(ProjectPlace place, find_project(options, cache_folder(), say, show_progress));
  if (place.checkout) say(fmt::format("commit {}", place.checkout->commit()));
  for (const auto& warning : place.warnings) fmt::print(stderr, "⚠️  {}\n", warning);
  return place;
}

int fail_with(std::string_view what) {
  fmt::print(stderr, "❌ {}\n", what);
  return 1;
}

}  // namespace wws::cli
