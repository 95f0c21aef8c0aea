// For tests: a folder with files, gone afterwards.
#pragma once

#include <stdlib.h>  // NOLINT: mkdtemp is not in <cstdlib>

#include <filesystem>
#include <fstream>
#include <string>

namespace wws::bundler {

class TemporaryProject final {
 public:
  TemporaryProject() {
    std::string name = std::filesystem::temp_directory_path() / "wws-bundler-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  TemporaryProject(const TemporaryProject&) = delete;
  TemporaryProject& operator=(const TemporaryProject&) = delete;
  ~TemporaryProject() { std::filesystem::remove_all(root_); }

  void write(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << content;
  }
  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace wws::bundler
