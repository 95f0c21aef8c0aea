#include "admin/directory.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace wws::admin {
namespace {

constexpr std::size_t kIdBytes = 8;

// Not a secret: SHA-256 only spreads well enough that no two files of a project meet.
std::string id_of(std::string_view file) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(file.data(), file.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string id;
  for (std::size_t i = 0; i < kIdBytes; ++i) id += fmt::format("{:02x}", digest[i]);
  return id;
}

}  // namespace

Directory::Directory(server::SitePointer site) : site_(std::move(site)) {
  for (const auto& route : site_->router.routes()) {
    const worker::Worker& worker = *site_->workers[route.target];
    by_id_.emplace(id_of(route.file), entries_.size());
    entries_.push_back({.id = id_of(route.file),
                        .name = worker.identity().config.name.value_or("default"),
                        .filepath = fmt::format("{}/{}", site_->root, route.file),
                        .route = &route,
                        .worker = &worker});
  }
}

const DirectoryEntry* Directory::find(std::string_view id) const {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? nullptr : &entries_[found->second];
}

const DirectoryEntry* Directory::by_route(const router::Route* route) const {
  const auto found = std::ranges::find(entries_, route, &DirectoryEntry::route);
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace wws::admin
