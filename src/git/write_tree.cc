#include "git/write_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wws::git {
namespace {

namespace fs = std::filesystem;

class Descriptor final {
 public:
  explicit Descriptor(int value) noexcept : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  [[nodiscard]] int get() const noexcept { return value_; }

 private:
  int value_;
};

bool is_inside(const fs::path& path, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

// Entries are made below the descriptor of their folder and never through a link, so that no order
// and no repetition of names leads out.
class Writer final {
 public:
  Writer(git_repository* repository, fs::path folder, const TreeLimits& limits)
      : repository_(repository), folder_(std::move(folder)), limits_(limits) {}

  Result<void> run(const git_tree* tree) {
    const Descriptor root(open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.get() < 0) return cannot_write("");
    OdbHandle odb;
    if (const int code = make_handle(odb, git_repository_odb, repository_); code < 0)
      return git_error(code, "the local copy cannot be read");
    odb_ = odb.get();
    WWS_CHECK(write_folder(root.get(), tree, "", 0));
    return remove_links_that_lead_out();
  }
  [[nodiscard]] std::vector<std::string> take_left_out() { return std::move(left_out_); }

 private:
  Result<void> write_folder(int at, const git_tree* tree, const std::string& path, unsigned depth) {
    if (depth > limits_.depth)
      return fail(ErrorKind::Exhausted, fmt::format("the repository's folders are nested more than "
                                                    "{} deep: {}",
                                                    limits_.depth, path));
    const std::size_t count = git_tree_entrycount(tree);
    for (std::size_t i = 0; i < count; ++i)
      WWS_CHECK(write_entry(at, git_tree_entry_byindex(tree, i), path, depth));
    return {};
  }

  Result<void> write_entry(int at, const git_tree_entry* entry, const std::string& folder,
                           unsigned depth) {
    const std::string name = git_tree_entry_name(entry);
    const std::string path = folder.empty() ? name : folder + "/" + name;
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos ||
        strcasecmp(name.c_str(), ".git") == 0)
      return fail(ErrorKind::Invalid,
                  fmt::format("the repository is malformed: it has a file named '{}'", path));
    if (++entries_ > limits_.entries)
      return fail(ErrorKind::Exhausted,
                  fmt::format("the repository has more than {} files", limits_.entries));
    switch (git_tree_entry_filemode(entry)) {
      case GIT_FILEMODE_TREE: return write_subfolder(at, entry, name, path, depth);
      case GIT_FILEMODE_LINK: return write_link(at, *git_tree_entry_id(entry), name, path);
      case GIT_FILEMODE_COMMIT:
        left_out_.push_back(path + ": a submodule, which is not fetched");
        return {};
      case GIT_FILEMODE_BLOB_EXECUTABLE:
        return write_file(at, *git_tree_entry_id(entry), name, path, 0755);
      default: return write_file(at, *git_tree_entry_id(entry), name, path, 0644);
    }
  }

  Result<void> write_subfolder(int at, const git_tree_entry* entry, const std::string& name,
                               const std::string& path, unsigned depth) {
    TreeHandle tree;
    const int code = make_handle(tree, git_tree_lookup, repository_, git_tree_entry_id(entry));
    if (code < 0) return git_error(code, path + " cannot be read");
    if (mkdirat(at, name.c_str(), 0755) != 0) return cannot_write(path);
    const Descriptor inner(
        openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (inner.get() < 0) return cannot_write(path);
    return write_folder(inner.get(), tree.get(), path, depth + 1);
  }

  // The size is looked at before the bytes are unpacked: a few bytes can unpack to gigabytes.
  Result<BlobHandle> read_blob(const git_oid& id, const std::string& path) {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (const int code = git_odb_read_header(&size, &type, odb_, &id); code < 0)
      return git_error(code, path + " cannot be read");
    if (size > limits_.bytes - bytes_)
      return fail(ErrorKind::Exhausted,
                  fmt::format("the repository's files have more than {} bytes", limits_.bytes));
    bytes_ += size;
    BlobHandle blob;
    if (const int code = make_handle(blob, git_blob_lookup, repository_, &id); code < 0)
      return git_error(code, path + " cannot be read");
    return blob;
  }

  Result<void> write_file(int at, const git_oid& id, const std::string& name,
                          const std::string& path, mode_t mode) {
    WWS_TRY(const BlobHandle blob, read_blob(id, path));
    const Descriptor file(
        openat(at, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file.get() < 0) return cannot_write(path);
    const auto* bytes = static_cast<const char*>(git_blob_rawcontent(blob.get()));
    auto left = static_cast<std::size_t>(git_blob_rawsize(blob.get()));
    while (left > 0) {
      const ssize_t done = write(file.get(), bytes, left);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return cannot_write(path);
      bytes += done;
      left -= static_cast<std::size_t>(done);
    }
    return {};
  }

  Result<void> write_link(int at, const git_oid& id, const std::string& name,
                          const std::string& path) {
    WWS_TRY(const BlobHandle blob, read_blob(id, path));
    const std::string target(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                             static_cast<std::size_t>(git_blob_rawsize(blob.get())));
    if (target.empty() || target.size() >= PATH_MAX || target.find('\0') != std::string::npos)
      return fail(
          ErrorKind::Invalid,
          fmt::format("the repository is malformed: '{}' is a symbolic link to no name", path));
    if (symlinkat(target.c_str(), at, name.c_str()) != 0) return cannot_write(path);
    links_.push_back(path);
    return {};
  }

  // By where they really lead: a link may go through others.
  Result<void> remove_links_that_lead_out() {
    std::error_code error;
    const fs::path root = fs::canonical(folder_, error);
    if (error) return cannot_write("");
    for (const std::string& link : links_) {
      const fs::path target = fs::canonical(root / link, error);
      if (!error && is_inside(target, root)) continue;
      left_out_.push_back(link + (error ? ": a symbolic link to nothing"
                                        : ": a symbolic link that leads out of the repository"));
      if (unlink((root / link).c_str()) != 0) return cannot_write(link);
    }
    return {};
  }

  std::unexpected<Error> cannot_write(const std::string& path) const {
    if (errno == EEXIST)
      return fail(ErrorKind::Invalid,
                  fmt::format("the repository is malformed: it has '{}' twice", path));
    return fail(
        errno == ENOSPC || errno == EDQUOT ? ErrorKind::Exhausted : ErrorKind::Invalid,
        fmt::format("{} cannot be written: {}", (folder_ / path).string(), std::strerror(errno)));
  }

  git_repository* repository_;
  git_odb* odb_ = nullptr;
  fs::path folder_;
  TreeLimits limits_;
  std::uint64_t bytes_ = 0;
  std::uint64_t entries_ = 0;
  std::vector<std::string> links_;
  std::vector<std::string> left_out_;
};

}  // namespace

Result<std::vector<std::string>> write_tree(git_repository* repository, const git_tree* tree,
                                            const fs::path& folder, const TreeLimits& limits) {
  Writer writer(repository, folder, limits);
  WWS_CHECK(writer.run(tree));
  return writer.take_left_out();
}

}  // namespace wws::git
