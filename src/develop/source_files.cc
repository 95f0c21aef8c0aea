#include "develop/source_files.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "base/read_file.h"

namespace wws::develop {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = 8u << 20;
constexpr std::array<std::string_view, 18> kSources = {
    ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts",   ".tsx", ".c",
    ".h",  ".cc",  ".cpp", ".hpp", ".rs", ".go",  ".swift", ".zig", ".py"};

bool is_below(const fs::path& path, const fs::path& root) {
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return end == root.end() && rest != path.end();
}

}  // namespace

std::optional<std::string> read_source(const fs::path& root, std::string_view file) {
  if (file.empty() || file.find('\0') != std::string_view::npos) return std::nullopt;
  std::error_code error;
  const fs::path base = fs::canonical(root, error);
  if (error) return std::nullopt;
  // An absolute path on the right of '/' replaces the left.
  const fs::path path = fs::canonical(base / fs::path(file), error);
  if (error || !is_below(path, base)) return std::nullopt;
  const std::string extension = path.extension().string();
  if (std::ranges::find(kSources, extension) == kSources.end()) return std::nullopt;
  auto text = read_file(path, kMostBytes);
  if (!text) return std::nullopt;
  return std::move(*text);
}

}  // namespace wws::develop
