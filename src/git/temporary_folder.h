// For tests: a folder of its own that is gone afterwards.
#pragma once

#include <stdlib.h>  // NOLINT: mkdtemp is not in <cstdlib>

#include <filesystem>
#include <string>

namespace wws::git {

class TemporaryFolder final {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "wws-git-XXXXXX";
    path_ = mkdtemp(name.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace wws::git
