// Directory: the workers of a site as the API names them. Immutable; from any thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/current_site.h"

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
  explicit Directory(server::SitePointer site);
  [[nodiscard]] const server::SitePointer& site() const noexcept { return site_; }

  // In the order of the routes.
  [[nodiscard]] const std::vector<DirectoryEntry>& entries() const noexcept { return entries_; }
  // Null where there is none.
  [[nodiscard]] const DirectoryEntry* find(std::string_view id) const;
  [[nodiscard]] const DirectoryEntry* by_route(const router::Route* route) const;

 private:
  server::SitePointer site_;
  std::vector<DirectoryEntry> entries_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

}  // namespace wws::admin
