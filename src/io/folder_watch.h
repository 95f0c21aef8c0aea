// FolderWatch: tells when something in a folder changes, in sub-folders of any depth too.
//
// It listens to the kernel (inotify(7)) and asks nothing by itself. A burst of changes, as an
// editor's save or a checkout makes it, is one report: it comes when nothing has changed for
// `quiet`, or after `longest` of changes without a pause. A file that is written counts when it is
// closed; one that is renamed over another, created as a link, removed or given other rights, at
// once. Folders that come later are watched as well.
//
// Where the kernel had to drop events the report says so (`everything`), and all folders are looked
// for anew. Belongs to one loop; `changed` is called there, and may destroy nothing of this.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wws::io {

class FolderWatch {
 public:
  struct Report {
    std::set<std::string> paths;  // relative to the root, "" for the root itself; the first 1000
    bool everything = false;      // there may be more changes than `paths` says
  };
  struct Options {
    // Whether what is in a folder does not matter; by its path relative to the root.
    std::function<bool(std::string_view folder)> skips = [](std::string_view) { return false; };
    std::chrono::milliseconds quiet{25};
    std::chrono::milliseconds longest{500};
  };

  FolderWatch() = default;
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;
  virtual ~FolderWatch() = default;

  // How many folders are watched.
  [[nodiscard]] virtual std::size_t folders() const noexcept = 0;
  // What could not be watched, for people; empty when everything is.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

// `root` is a folder; where it is removed or moved away, the report says `everything` and nothing
// comes after it. Errors: Exhausted when the system has no watch left for the user ("raise
// fs.inotify.max_user_watches"), NotFound.
[[nodiscard]] Result<std::unique_ptr<FolderWatch>> watch_folder(
    boost::asio::any_io_executor loop, const std::filesystem::path& root,
    FolderWatch::Options options, std::function<void(FolderWatch::Report)> changed);

}  // namespace wws::io
