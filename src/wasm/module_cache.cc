#include "wasm/module_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "base/assert.h"

namespace wws::wasm {
namespace {

constexpr std::string_view kMagic = "wwsmod1\n";
constexpr std::string_view kEnding = ".module", kUnfinished = "new-";
constexpr unsigned kStoresBetweenLooks = 64;
// A file that was begun so long ago was left behind by a process that ended.
constexpr std::chrono::hours kOldestUnfinished{1};

std::string hex(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string_view text_of(const Digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// A file that is removed again unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {
    file_ = mkstemp(path_.data());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_ < 0) return;
    close(file_);
    if (!renamed_) unlink(path_.c_str());
  }
  [[nodiscard]] bool write(std::string_view bytes) noexcept {
    if (file_ < 0) return false;
    while (!bytes.empty()) {
      const ssize_t done = ::write(file_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
    return true;
  }
  [[nodiscard]] bool rename_to(const std::filesystem::path& target) noexcept {
    renamed_ = file_ >= 0 && fsync(file_) == 0 && std::rename(path_.c_str(), target.c_str()) == 0;
    return renamed_;
  }

 private:
  std::string path_;
  int file_ = -1;
  bool renamed_ = false;
};

struct KeptFile {
  std::filesystem::path path;
  std::filesystem::file_time_type used;
  std::uint64_t size = 0;
  bool unfinished = false;
};

// The cache's own files in the folder; others' are not touched.
std::vector<KeptFile> files_in(const std::filesystem::path& folder) {
  std::vector<KeptFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool unfinished = name.starts_with(kUnfinished);
    std::error_code gone;
    KeptFile file{entry->path(), entry->last_write_time(gone), 0, unfinished};
    if (gone || !(unfinished || name.ends_with(kEnding))) continue;
    file.size = entry->file_size(gone);
    if (!gone) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

Digest digest_of(std::span<const std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  bool ok = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const std::string_view part : parts) {
    const std::uint64_t length = part.size();
    ok = ok && EVP_DigestUpdate(context.get(), &length, sizeof length) == 1 &&
         EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  Digest digest{};
  ok = ok && EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  WWS_ASSERT(ok, "SHA-256 is always there");
  return digest;
}

std::string cpu_features() {
  std::string text = fmt::format("{:x}.{:x}", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
#if defined(__x86_64__)
  for (const unsigned leaf : {1u, 7u, 0x80000001u}) {
    unsigned a = 0, b = 0, c = 0, d = 0;
    __get_cpuid_count(leaf, 0, &a, &b, &c, &d);
    // Leaf 1's second register holds the number of the core that asks.
    text += fmt::format(".{:x}.{:x}.{:x}", leaf == 1 ? 0 : b, c, d);
  }
#endif
  return text;
}

Result<std::unique_ptr<ModuleCache>> ModuleCache::open(std::filesystem::path folder,
                                                       ModuleCacheLimits limits) {
  std::error_code error;
  std::filesystem::create_directories(folder.parent_path(), error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(ErrorKind::Invalid, fmt::format("the cache folder '{}' cannot be made: {}",
                                                folder.string(), std::strerror(errno)));
  struct stat info{};
  if (lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
    return fail(ErrorKind::Invalid,
                fmt::format("the cache folder '{}' is no folder; name another", folder.string()));
  if (info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(ErrorKind::Denied,
                fmt::format("others may write to the cache folder '{}', so the compiled code in it "
                            "cannot be trusted; run: chown {} '{}' && chmod 700 '{}'",
                            folder.string(), geteuid(), folder.string(), folder.string()));
  return std::unique_ptr<ModuleCache>(new ModuleCache(std::move(folder), limits));
}

std::filesystem::path ModuleCache::file_of(const Digest& key) const {
  return folder_ / (hex(key) + std::string(kEnding));
}

std::optional<std::string> ModuleCache::find(const Digest& key) const {
  std::ifstream in(file_of(key), std::ios::binary);
  if (!in) return std::nullopt;
  std::string entry{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  constexpr std::size_t kHeader = kMagic.size() + std::tuple_size_v<Digest>;
  if (entry.size() < kHeader || !entry.starts_with(kMagic)) return std::nullopt;
  const std::string_view compiled = std::string_view(entry).substr(kHeader);
  const std::string_view parts[] = {text_of(key), compiled};
  if (std::string_view(entry).substr(kMagic.size(), kHeader - kMagic.size()) !=
      text_of(digest_of(parts)))
    return std::nullopt;
  (void)utimensat(AT_FDCWD, file_of(key).c_str(), nullptr, 0);  // it is used
  return entry.erase(0, kHeader);
}

Result<void> ModuleCache::store(const Digest& key, std::string_view compiled) const {
  const std::string_view parts[] = {text_of(key), compiled};
  const Digest digest = digest_of(parts);
  TemporaryFile file((folder_ / (std::string(kUnfinished) + "XXXXXX")).string());
  if (file.write(kMagic) && file.write(text_of(digest)) && file.write(compiled) &&
      file.rename_to(file_of(key))) {
    if (stored_++ % kStoresBetweenLooks == 0) tidy(file_of(key));
    return {};
  }
  const int reason = errno;
  return fail(reason == EACCES || reason == EPERM || reason == EROFS ? ErrorKind::Denied
                                                                     : ErrorKind::Exhausted,
              fmt::format("a compiled module cannot be written to '{}': {}", folder_.string(),
                          std::strerror(reason)));
}

// Time is what the file system says of the newest entry.
void ModuleCache::tidy(const std::filesystem::path& newest) const {
  std::error_code error;
  const auto now = std::filesystem::last_write_time(newest, error);
  if (error) return;
  auto files = files_in(folder_);
  std::ranges::sort(files, std::ranges::greater(), &KeptFile::used);
  std::uint64_t bytes = 0;
  for (const KeptFile& file : files) {
    const auto age = now - file.used;
    if (!file.unfinished) bytes += file.size;
    const bool over =
        file.unfinished ? age > kOldestUnfinished : age > limits_.unused || bytes > limits_.bytes;
    // Another process may have been faster.
    if (over && file.path != newest) std::filesystem::remove(file.path, error);
  }
}

}  // namespace wws::wasm
