// Directory: the workers as the API names them. Immutable; from any thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/site.h"

namespace wws::admin {

struct DirectoryEntry {
  std::string id;        // of the file's path, so that it survives a restart: 16 hexadecimal digits
  std::string name;      // of its configuration, or "default"
  std::string filepath;  // absolute
  const router::Route* route;
  const worker::Worker* worker;
};

class Directory final {
 public:
  // The site is borrowed; `root` is the project's folder.
  Directory(const server::Site& site, std::string_view root);

  // In the order of the routes.
  [[nodiscard]] const std::vector<DirectoryEntry>& entries() const noexcept { return entries_; }
  // Null where there is none.
  [[nodiscard]] const DirectoryEntry* find(std::string_view id) const;
  [[nodiscard]] const DirectoryEntry* by_route(const router::Route* route) const;

 private:
  std::vector<DirectoryEntry> entries_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

}  // namespace wws::admin
