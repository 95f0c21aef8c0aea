// FileCache: what files of a folder held when they were last opened, so that a file that is asked
// for again and has not changed costs one system call, a look at its state.
//
// The rule: before each use the path is asked for its file's identity, size and times (of its
// content and of its inode); what differs in any is opened anew, as if it had never been held. So a
// change is served by the next request. A file that changed within the last kSettled is not held,
// because another change could leave it the same times. What the kernel does not tell, a mapping
// that is written and not yet flushed, is not seen.
//
// Small files are held in memory, others open; neither keeps a file from being replaced or removed.
// The least recently used are dropped when together they are over the bounds, and what was not used
// for kUnused with the next file that is opened. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "http/files/open_file.h"

namespace wws::http {

class FileCache final {
 public:
  struct Bounds {
    std::uint64_t bytes = 32u << 20;  // of content and what goes with it
    std::size_t open_files = 64;      // that are too large to be held in memory
  };
  static constexpr std::uint64_t kMostHeld = 64u << 10;
  static constexpr std::chrono::seconds kSettled{2};
  static constexpr std::chrono::seconds kUnused{60};

  explicit FileCache(Bounds bounds) : bounds_(bounds) {}
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;
  ~FileCache() = default;

  // folder.open_below(path), or what it gave before. `now` is the time of the file system's clock.
  // Errors: those of open_below().
  [[nodiscard]] Result<std::shared_ptr<const OpenFile>> open(const OpenFolder& folder,
                                                             const std::string& path,
                                                             std::chrono::nanoseconds now);

 private:
  struct Entry {
    std::string path;
    std::shared_ptr<const OpenFile> file;
    std::chrono::nanoseconds used;
  };
  using Entries = std::list<Entry>;  // most recently used first

  std::shared_ptr<const OpenFile> find(const std::string& path, std::chrono::nanoseconds now);
  void put(const std::string& path, std::shared_ptr<const OpenFile> file,
           std::chrono::nanoseconds now);
  void forget(const std::string& path, const OpenFile& file);
  void drop(Entries::iterator entry);
  [[nodiscard]] bool over_bounds(std::chrono::nanoseconds now) const;

  const Bounds bounds_;
  std::mutex mutex_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator> by_path_;  // keys are the entries' paths
  std::uint64_t held_ = 0;
  std::size_t open_files_ = 0;
};

}  // namespace wws::http
