// libgit2's objects with an owner, and its errors as ours. Only the sources of this room include
// it.
#pragma once

#include <git2.h>
#include <git2/sys/errors.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::git {

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* object) const noexcept {
    free(object);
  }
};

using RepositoryHandle = std::unique_ptr<git_repository, Freed<git_repository_free>>;
using RemoteHandle = std::unique_ptr<git_remote, Freed<git_remote_free>>;
using ObjectHandle = std::unique_ptr<git_object, Freed<git_object_free>>;
using TreeHandle = std::unique_ptr<git_tree, Freed<git_tree_free>>;
using BlobHandle = std::unique_ptr<git_blob, Freed<git_blob_free>>;
using OdbHandle = std::unique_ptr<git_odb, Freed<git_odb_free>>;

// Runs a function of libgit2 that gives an object out.
template <typename Handle, typename... Arguments, typename Make>
[[nodiscard]] int make_handle(Handle& handle, Make make, Arguments... arguments) {
  typename Handle::pointer raw = nullptr;
  const int code = make(&raw, arguments...);
  handle.reset(raw);
  return code;
}

// The library is up as long as one of these lives.
class Library final {
 public:
  Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();
};

// "Git error: WHAT: <libgit2's text>", of the call on this thread that just returned `code`; the
// text has no control characters.
[[nodiscard]] std::unexpected<Error> git_error(int code, std::string_view what);

[[nodiscard]] std::string hex(const git_oid& id);

}  // namespace wws::git
