// Checkout: the files of one commit of a remote repository, in this user's cache.
//
//   CACHE/NAME-DIGEST/lock             held while something is fetched or written
//                     objects.git      what was fetched (Store)
//                     trees/COMMIT     the files, never changed once they are there
//                     trees/COMMIT.lock   shared by those who use them
//
// A commit's files are written beside their place and moved in, so they are whole or not there; a
// process that serves them is not disturbed when another one fetches. Files of other commits that
// nobody uses any more are removed at the next checkout.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "git/private_folder.h"
#include "git/store.h"

namespace wws::git {

struct CheckoutRequest {
  std::string url;  // as classify() takes it for a repository
  Reference reference;
  std::string folder;           // the part of the repository to serve; empty: all of it
  std::filesystem::path cache;  // of this user alone; made if it is not there
  Reporter report = [](const Progress&) {};
  std::function<void()> busy = [] {};  // called once if another process has to be waited for
};

class Checkout final {
 public:
  // Errors: those of make_private(), Store and write_tree(); NotFound and Denied for a `folder`
  // that the repository does not have or that leads out of it.
  [[nodiscard]] static Result<std::unique_ptr<Checkout>> make(const CheckoutRequest& request);
  Checkout(const Checkout&) = delete;
  Checkout& operator=(const Checkout&) = delete;
  ~Checkout() = default;

  // The folder to serve: absolute, without links. There as long as this object lives.
  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  [[nodiscard]] const std::string& commit() const noexcept { return commit_; }
  // What of the repository is not in the files, as "path: why".
  [[nodiscard]] const std::vector<std::string>& left_out() const noexcept { return left_out_; }

 private:
  Checkout() = default;

  std::filesystem::path root_;
  std::string commit_;
  std::vector<std::string> left_out_;
  std::unique_ptr<FileLock> in_use_;
};

}  // namespace wws::git
