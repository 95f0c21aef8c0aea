// Reads small text files of a project. Private to the room.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "config/mistake.h"

namespace wws::config {

// Whether `path` is below `root`, or is it; both canonical.
[[nodiscard]] bool is_inside(const std::filesystem::path& path, const std::filesystem::path& root);
// What is wrong with a file of the project that may be a symbolic link; nothing for a regular file
// in the root. Both paths are canonical but for the file's last component.
[[nodiscard]] std::optional<std::string> fault_of(const std::filesystem::path& file,
                                                  const std::filesystem::path& root);

class ProjectFileReader final {
 public:
  // `root` is canonical.
  explicit ProjectFileReader(std::filesystem::path root) : root_(std::move(root)) {}

  // The text of a file right in the root; nothing when it is not there, and with a mistake when it
  // cannot be read, leads out of the root, or has more than 1 MiB.
  [[nodiscard]] std::optional<std::string> read(const std::string& name, Mistakes& mistakes) const;
  // The same of a file, wherever in the root, that is known to be there and no link out of it.
  [[nodiscard]] std::optional<std::string> read_sound(const std::string& name,
                                                      Mistakes& mistakes) const;

 private:
  std::filesystem::path root_;
};

}  // namespace wws::config
