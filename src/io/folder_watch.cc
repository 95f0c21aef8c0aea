#include "io/folder_watch.h"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace wws::io {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::size_t kMostPaths = 1000;
// IN_MODIFY is left out: a file counts when its writer is done.
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                  IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK;

std::string joined(const std::string& folder, std::string_view name) {
  return folder.empty() ? std::string(name) : folder + "/" + std::string(name);
}

class Inotify final : public FolderWatch {
 public:
  Inotify(asio::any_io_executor loop, fs::path root, Options options,
          std::function<void(Report)> changed)
      : root_(std::move(root)),
        options_(std::move(options)),
        changed_(std::move(changed)),
        stream_(loop),
        pause_(loop) {}

  Result<void> open() {
    const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0)
      return fail(ErrorKind::Exhausted, std::string("the folder cannot be watched: ") +
                                            std::strerror(errno) +
                                            " (sysctl fs.inotify.max_user_instances)");
    stream_.assign(descriptor);
    watch_all("");
    if (folders_.empty()) return fail(ErrorKind::Exhausted, trouble_);
    read();
    return {};
  }

  std::size_t folders() const noexcept override { return folders_.size(); }
  std::string trouble() const override { return trouble_; }

 private:
  // Watches a folder and those below it. Each is watched before it is listed: what is made in
  // between is seen in the listing, what is made after it is an event.
  void watch_all(std::string folder) {
    std::vector<std::string> left = {std::move(folder)};
    while (!left.empty()) {
      const std::string next = std::move(left.back());
      left.pop_back();
      if (!watch(next)) continue;
      std::error_code error;
      fs::directory_iterator listing(root_ / next, error);
      for (; !error && listing != fs::directory_iterator(); listing.increment(error)) {
        std::error_code ignored;
        if (listing->is_symlink(ignored) || !listing->is_directory(ignored)) continue;
        std::string below = joined(next, listing->path().filename().string());
        if (!options_.skips(below)) left.push_back(std::move(below));
      }
    }
  }

  bool watch(const std::string& folder) {
    const fs::path path = root_ / folder;
    const int number = inotify_add_watch(stream_.native_handle(), path.c_str(), kEvents);
    if (number >= 0) {
      folders_.insert_or_assign(number, folder);
      return true;
    }
    // It is gone again, or was replaced by something else: there is, or will be, an event for that.
    if (errno != ENOENT && errno != ENOTDIR)
      trouble_ = "changes in " + path.string() + " are not seen: " +
                 (errno == ENOSPC ? "there are too many folders: raise fs.inotify.max_user_watches"
                                  : std::strerror(errno));
    else if (folder.empty())
      trouble_ = path.string() + " cannot be watched: " + std::strerror(errno);
    return false;
  }

  void read() {
    stream_.async_read_some(asio::buffer(buffer_),
                            [this, there = std::weak_ptr<bool>(there_)](
                                const boost::system::error_code& error, std::size_t size) {
                              if (error || there.expired()) return;
                              take(size);
                              read();
                            });
  }

  void take(std::size_t size) {
    for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
      inotify_event event;
      std::memcpy(&event, buffer_.data() + at, sizeof event);
      const char* name = buffer_.data() + at + sizeof event;
      at += sizeof event + event.len;
      handle(event, event.len == 0 ? std::string_view() : std::string_view(name));
    }
  }

  void handle(const inotify_event& event, std::string_view name) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) return start_anew();
    const auto found = folders_.find(event.wd);
    if (found == folders_.end()) return;
    const std::string folder = found->second;
    if ((event.mask & IN_IGNORED) != 0) {
      folders_.erase(found);
      return;
    }
    if ((event.mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
      // Of a sub-folder its parent tells.
      if (folder.empty()) note("", true);
      return;
    }
    const std::string path = joined(folder, name);
    const bool is_folder = (event.mask & IN_ISDIR) != 0;
    if (is_folder && options_.skips(path)) return;
    if (is_folder && (event.mask & (IN_MOVED_FROM | IN_DELETE)) != 0) forget(path);
    if (is_folder && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) watch_all(path);
    if (!is_folder && (event.mask & IN_CREATE) != 0 && will_be_closed(path)) return;
    note(path, false);
  }

  // A plain new file is written and closed; a link is complete at once.
  [[nodiscard]] bool will_be_closed(const std::string& path) const {
    struct stat status{};
    return lstat((root_ / path).c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           status.st_nlink == 1;
  }

  // Of a folder that was moved away the kernel would go on to tell under its old name.
  void forget(const std::string& folder) {
    const std::string below = folder + "/";
    for (auto it = folders_.begin(); it != folders_.end();) {
      if (it->second == folder || it->second.starts_with(below)) {
        inotify_rm_watch(stream_.native_handle(), it->first);
        it = folders_.erase(it);
      } else {
        ++it;
      }
    }
  }

  void start_anew() {
    for (const auto& [number, folder] : folders_) inotify_rm_watch(stream_.native_handle(), number);
    folders_.clear();
    trouble_.clear();
    watch_all("");
    note("", true);
  }

  void note(const std::string& path, bool everything) {
    const auto now = std::chrono::steady_clock::now();
    if (!pending_) first_ = now;
    pending_ = true;
    report_.everything = report_.everything || everything || report_.paths.size() >= kMostPaths;
    if (report_.paths.size() < kMostPaths) report_.paths.insert(path);
    pause_.expires_at(std::min(now + options_.quiet, first_ + options_.longest));
    pause_.async_wait(
        [this, there = std::weak_ptr<bool>(there_)](const boost::system::error_code& error) {
          if (error || there.expired() || !pending_) return;
          pending_ = false;
          changed_(std::exchange(report_, {}));
        });
  }

  fs::path root_;
  Options options_;
  std::function<void(Report)> changed_;
  asio::posix::stream_descriptor stream_;
  asio::steady_timer pause_;
  std::unordered_map<int, std::string> folders_;  // by the kernel's number
  std::string trouble_;
  // Handlers that run after this object is gone find it so.
  std::shared_ptr<bool> there_ = std::make_shared<bool>();
  Report report_;
  bool pending_ = false;
  std::chrono::steady_clock::time_point first_;
  alignas(inotify_event) std::array<char, 64 * 1024> buffer_;
};

}  // namespace

Result<std::unique_ptr<FolderWatch>> watch_folder(
    asio::any_io_executor loop, const fs::path& root, FolderWatch::Options options,
    std::function<void(FolderWatch::Report)> changed) {
  auto watch =
      std::make_unique<Inotify>(std::move(loop), root, std::move(options), std::move(changed));
  WWS_CHECK(watch->open());
  return std::unique_ptr<FolderWatch>(std::move(watch));
}

}  // namespace wws::io
