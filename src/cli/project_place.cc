#include "cli/project_place.h"

#include <fmt/format.h>

#include "git/location.h"

namespace wws::cli {
namespace {

struct GitFlag {
  const char* name;
  const std::optional<std::string>& value;
  git::ReferenceKind kind;
};

// The order is that of their weight.
std::vector<GitFlag> references_of(const Options& options) {
  return {{"--git-commit", options.git_commit, git::ReferenceKind::Commit},
          {"--git-tag", options.git_tag, git::ReferenceKind::Tag},
          {"--git-branch", options.git_branch, git::ReferenceKind::Branch}};
}

Result<ProjectPlace> find_folder(const Options& options) {
  std::vector<GitFlag> flags = references_of(options);
  flags.push_back({"--git-folder", options.git_folder, git::ReferenceKind::DefaultBranch});
  for (const GitFlag& flag : flags)
    if (flag.value)
      return fail(ErrorKind::Invalid,
                  fmt::format("{} is for git repositories (https://host/name.git), and '{}' is a "
                              "folder: leave the flag out",
                              flag.name, options.path));
  return ProjectPlace{options.path, nullptr, {}};
}

// The weightiest flag; the others are named in the warnings.
Result<git::Reference> choose_reference(const Options& options,
                                        std::vector<std::string>& warnings) {
  git::Reference chosen;
  const char* by = nullptr;
  for (const GitFlag& flag : references_of(options)) {
    if (!flag.value) continue;
    if (flag.value->empty())
      return fail(ErrorKind::Invalid, fmt::format("{} has no value", flag.name));
    if (by != nullptr) {
      warnings.push_back(fmt::format("{} does not count: {} is given too", flag.name, by));
      continue;
    }
    chosen = {flag.kind, *flag.value};
    by = flag.name;
  }
  return chosen;
}

}  // namespace

Result<ProjectPlace> find_project(const Options& options,
                                  const std::optional<std::filesystem::path>& cache,
                                  const std::function<void(const std::string&)>& say,
                                  const git::Reporter& report) {
  WWS_TRY(const git::LocationKind kind, git::classify(options.path));
  if (kind == git::LocationKind::Folder) return find_folder(options);
  if (!cache)
    return fail(
        ErrorKind::NotFound,
        "a git repository needs a cache folder: set XDG_CACHE_HOME or HOME to a whole path");
  ProjectPlace place;
  git::CheckoutRequest request;
  request.url = options.path;
  WWS_TRY(request.reference, choose_reference(options, place.warnings));
  request.folder = options.git_folder.value_or("");
  request.cache = *cache / "git";
  request.report = report;
  request.busy = [&] { say("another wws fetches this repository; waiting for it"); };
  if (git::is_readable_by_others(options.path))
    place.warnings.emplace_back(
        "http:// is not encrypted: others on the way can read and change the workers; use "
        "https://");
  WWS_TRY(place.checkout, git::Checkout::make(request));
  place.folder = place.checkout->root();
  for (const std::string& left_out : place.checkout->left_out())
    place.warnings.push_back("left out of the repository: " + left_out);
  return place;
}

}  // namespace wws::cli
