// Store: what was fetched of one remote repository, as a bare repository of ours.
//
// One process at a time may use it: the caller holds a lock. Not for several threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace wws::git {

enum class ReferenceKind : std::uint8_t { DefaultBranch, Branch, Tag, Commit };

struct Reference {
  ReferenceKind kind = ReferenceKind::DefaultBranch;
  std::string name;  // of the branch or tag; a commit's id or its first digits, 7 at least
};

struct Progress {
  unsigned received = 0;  // objects
  unsigned total = 0;
  std::uint64_t bytes = 0;
};
// Called often while objects arrive; must not throw.
using Reporter = std::function<void(const Progress&)>;

class Store final {
 public:
  // Makes the folder's repository, or takes the one that is there; one that cannot be opened or has
  // grown into many packs is replaced. Errors: Invalid when that cannot be done.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // Fetches what the reference names now, alone and without history where the server can, and
  // nothing if it is here. Returns the id of its commit. A whole commit id that is here needs no
  // network. Certificates are verified; a redirection is followed at the start only, never from
  // https to http. Errors begin with "Git error: ": NotFound for a reference that the remote does
  // not have, Denied for credentials and certificates, TimedOut, Exhausted for more than 4 GiB,
  // Invalid for a name that is none, Internal for what else the network and the remote do.
  [[nodiscard]] Result<std::string> fetch(const std::string& url, const Reference& reference,
                                          const Reporter& report);

  // Writes a commit's files into an empty folder, as write_tree().
  [[nodiscard]] Result<std::vector<std::string>> write(const std::string& commit,
                                                       const std::filesystem::path& folder) const;

 private:
  struct State;
  explicit Store(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace wws::git
