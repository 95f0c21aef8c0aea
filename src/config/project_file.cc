#include "config/project_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/read_file.h"

namespace wws::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = 1u << 20;

std::string text_of(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::Invalid: return "is longer than 1 MiB: shorten it";
    case ErrorKind::NotFound: return "cannot be read: check its permissions";
    default: return error.message();  // of the machine, which is named there
  }
}

}  // namespace

bool is_inside(const fs::path& path, const fs::path& root) {
  const auto [root_end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return root_end == root.end();
}

std::optional<std::string> fault_of(const fs::path& file, const fs::path& root) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  if (error == std::errc::no_such_file_or_directory)
    return "is a symbolic link to nothing: mend or remove it";
  if (error) return fmt::format("cannot be followed: {}", error.message());
  if (!is_inside(target, root))
    return "is a symbolic link out of the project: copy the file into the project";
  if (!fs::is_regular_file(target, error)) return "is not a regular file";
  return std::nullopt;
}

std::optional<std::string> ProjectFileReader::read(const std::string& name,
                                                   Mistakes& mistakes) const {
  const fs::path file = root_ / name;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (status.type() == fs::file_type::not_found) return std::nullopt;
  if (auto fault = fault_of(file, root_)) {
    mistakes.push_back({name, 0, "", *std::move(fault)});
    return std::nullopt;
  }
  return read_sound(name, mistakes);
}

std::optional<std::string> ProjectFileReader::read_sound(const std::string& name,
                                                         Mistakes& mistakes) const {
  auto text = read_file(root_ / name, kMostBytes);
  if (text) return *std::move(text);
  mistakes.push_back({name, 0, "", text_of(text.error())});
  return std::nullopt;
}

}  // namespace wws::config
