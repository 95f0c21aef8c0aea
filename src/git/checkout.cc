#include "git/checkout.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/assert.h"
#include "git/location.h"

namespace wws::git {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLockSuffix = ".lock";
constexpr std::string_view kLeftOutSuffix = ".left-out";
constexpr std::string_view kNewSuffix = ".new";

// Of the whole address: two that differ in anything share nothing.
std::string digest_of(std::string_view url) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  WWS_ASSERT(EVP_Digest(url.data(), url.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1,
             "SHA-256 is always there");
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

fs::path with_suffix(const fs::path& path, std::string_view suffix) {
  return path.string() + std::string(suffix);
}

Result<void> write_lines(const fs::path& file, const std::vector<std::string>& lines) {
  std::ofstream out(file, std::ios::binary);
  for (const std::string& line : lines) out << line << '\n';
  out.close();
  if (out) return {};
  return fail(ErrorKind::Exhausted, fmt::format("{} cannot be written", file.string()));
}

std::vector<std::string> read_lines(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Whole or not there: written beside its place and moved in.
Result<void> make_tree(const Store& store, const std::string& commit, const fs::path& tree) {
  const fs::path fresh = with_suffix(tree, kNewSuffix);
  std::error_code error;
  fs::remove_all(fresh, error);
  WWS_CHECK(make_private(fresh));
  WWS_TRY(std::vector<std::string> left_out, store.write(commit, fresh));
  // A name may hold a line break.
  for (std::string& line : left_out) std::ranges::replace(line, '\n', ' ');
  WWS_CHECK(write_lines(with_suffix(tree, kLeftOutSuffix), left_out));
  fs::rename(fresh, tree, error);
  if (!error) return {};
  return fail(ErrorKind::Invalid,
              fmt::format("{} cannot be made: {}", tree.string(), error.message()));
}

// The files of other commits that no process uses, and what a cut start left.
void remove_unused(const fs::path& trees, const std::string& commit) {
  std::error_code error;
  std::vector<std::string> others;
  for (fs::directory_iterator entries(trees, error); !error && entries != fs::directory_iterator();
       entries.increment(error)) {
    std::string name = entries->path().filename().string();
    name.resize(std::min(name.size(), name.find('.')));
    if (name != commit) others.push_back(std::move(name));
  }
  for (const std::string& name : others) {
    const fs::path tree = trees / name;
    const auto free = FileLock::try_take(with_suffix(tree, kLockSuffix), FileLock::Mode::Exclusive);
    if (!free) continue;
    fs::remove_all(tree, error);
    for (const std::string_view suffix : {kNewSuffix, kLeftOutSuffix, kLockSuffix})
      fs::remove_all(with_suffix(tree, suffix), error);
  }
}

Result<fs::path> find_folder(const fs::path& tree, const std::string& folder) {
  std::error_code error;
  const fs::path root = fs::canonical(tree, error);
  if (error)
    return fail(ErrorKind::Internal, fmt::format("{}: {}", tree.string(), error.message()));
  if (folder.empty()) return root;
  // "a/../.." is refused even where it would lead back in.
  const fs::path relative(folder);
  const bool leaves = relative.is_absolute() || std::ranges::find(relative, "..") != relative.end();
  if (leaves)
    return fail(ErrorKind::Denied,
                fmt::format("--git-folder '{}' leads out of the repository: name a folder inside, "
                            "like 'sites/one'",
                            folder));
  const fs::path place = fs::canonical(root / relative, error);
  if (error || !fs::is_directory(place, error))
    return fail(ErrorKind::NotFound,
                fmt::format("--git-folder '{}' is no folder of the repository", folder));
  // Links that lead out were left out when the files were written.
  WWS_ASSERT(
      std::mismatch(root.begin(), root.end(), place.begin(), place.end()).first == root.end(),
      "no link of a checkout leads out");
  return place;
}

}  // namespace

Result<std::unique_ptr<Checkout>> Checkout::make(const CheckoutRequest& request) {
  const fs::path place =
      request.cache / fmt::format("{}-{}", name_of(request.url), digest_of(request.url));
  const fs::path trees = place / "trees";
  WWS_CHECK(make_private(request.cache));
  WWS_CHECK(make_private(place));
  WWS_CHECK(make_private(trees));
  WWS_TRY(const auto lock, FileLock::take(place / "lock", FileLock::Mode::Exclusive, request.busy));

  std::unique_ptr<Checkout> checkout(new Checkout());
  WWS_TRY(const auto store, Store::open(place / "objects.git"));
  WWS_TRY(checkout->commit_, store->fetch(request.url, request.reference, request.report));
  const fs::path tree = trees / checkout->commit_;
  WWS_TRY(checkout->in_use_,
          FileLock::take(with_suffix(tree, kLockSuffix), FileLock::Mode::Shared, request.busy));
  std::error_code error;
  if (!fs::exists(tree, error)) WWS_CHECK(make_tree(*store, checkout->commit_, tree));
  checkout->left_out_ = read_lines(with_suffix(tree, kLeftOutSuffix));
  remove_unused(trees, checkout->commit_);
  WWS_TRY(checkout->root_, find_folder(tree, request.folder));
  return checkout;
}

}  // namespace wws::git
