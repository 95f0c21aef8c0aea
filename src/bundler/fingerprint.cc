#include "bundler/fingerprint.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <system_error>
#include <vector>

#include "base/read_file.h"

namespace wws::bundler {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostBytes = 64u << 20;

// Sorted; none where the folder cannot be read.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    names.push_back(entry->path().filename().string());
  std::ranges::sort(names);
  return names;
}

std::string stem_of(const std::string& name) { return name.substr(0, name.find('.', 1)); }

bool is_resolved_by(const std::string& name) {
  return name == "package.json" ||
         ((name.starts_with("tsconfig") || name.starts_with("jsconfig")) &&
          name.ends_with(".json"));
}

// Parts of the digest; a deque, because the digest takes views.
class Parts {
 public:
  explicit Parts(const fs::path& root) : root_(root) {}

  void add(std::string text) { parts_.push_back(std::move(text)); }
  void add_content(const fs::path& relative) {
    add(relative.string());
    auto content = read_file(root_ / relative, kMostBytes);
    add(content ? "=" + std::move(*content) : "missing");
  }
  void add_folder(const fs::path& relative) {
    add(relative.string() + "/");
    const auto& names = names_of(relative);
    for (const std::string& name : names)
      if (is_resolved_by(name)) add_content(relative / name);
    if (!std::ranges::binary_search(names, "node_modules")) return;
    for (const std::string& name : names_in(root_ / relative / "node_modules")) {
      add(name);
      if (name.starts_with('@'))
        for (std::string& scoped : names_in(root_ / relative / "node_modules" / name))
          add(std::move(scoped));
    }
  }
  void add_alike(const fs::path& relative) {
    const std::string stem = stem_of(relative.filename().string());
    for (const std::string& name : names_of(relative.parent_path()))
      if (stem_of(name) == stem) add(name);
  }
  [[nodiscard]] wasm::Digest digest() const {
    const std::vector<std::string_view> views(parts_.begin(), parts_.end());
    return wasm::digest_of(views);
  }

 private:
  const std::vector<std::string>& names_of(const fs::path& relative) {
    const auto [at, added] = names_.try_emplace(relative);
    if (added) at->second = names_in(root_ / relative);
    return at->second;
  }

  const fs::path& root_;
  std::deque<std::string> parts_;
  std::map<fs::path, std::vector<std::string>> names_;
};

}  // namespace

wasm::Digest fingerprint(const fs::path& root, std::span<const std::string> inputs) {
  Parts parts(root);
  std::set<fs::path> folders = {fs::path()};
  for (const std::string& input : inputs) {
    const fs::path relative(input);
    parts.add_content(relative);
    parts.add_alike(relative);
    for (fs::path folder = relative.parent_path(); !folder.empty(); folder = folder.parent_path())
      folders.insert(folder);
  }
  for (const fs::path& folder : folders) parts.add_folder(folder);
  return parts.digest();
}

}  // namespace wws::bundler
