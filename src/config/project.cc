#include "config/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "config/glob.h"

namespace wws::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostToml = (1u << 20) + 1;  // one more than the parser takes

bool is_skipped(std::string_view name) noexcept {
  return name.starts_with('.') || name.starts_with('_') || name == "public" ||
         name == "node_modules";
}

// Whether `path` is below `root`; both canonical.
bool is_inside(const fs::path& path, const fs::path& root) {
  const auto [root_end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  return root_end == root.end();
}

// What is wrong with a file that may be a symbolic link; nothing for a regular file in the root.
std::optional<std::string> fault_of(const fs::path& file, const fs::path& root) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  if (error == std::errc::no_such_file_or_directory)
    return "is a symbolic link to nothing: mend or remove it";
  if (error) return fmt::format("cannot be followed: {}", error.message());
  if (!is_inside(target, root))
    return "is a symbolic link out of the project: copy the file into the project";
  if (!fs::is_regular_file(target, error)) return "is not a regular file";
  return std::nullopt;
}

std::optional<std::string> read_text(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  std::ifstream in(file, std::ios::binary);
  if (error || !in) return std::nullopt;
  std::string text(std::min<std::uintmax_t>(size, kMostToml), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

class Walk final {
 public:
  Walk(Project& project, const ProjectOptions& options, std::vector<Glob> ignored,
       const Environment& environment)
      : project_(project),
        options_(options),
        ignored_(std::move(ignored)),
        environment_(environment) {}

  void run() {
    folders_ = {""};
    while (!folders_.empty()) {
      const std::string folder = std::move(folders_.back());
      folders_.pop_back();
      read_folder(folder);
    }
    std::ranges::sort(project_.workers, {}, &WorkerFile::relative);
    std::ranges::sort(project_.mistakes, {}, &Mistake::file);
  }

 private:
  void read_folder(const std::string& folder) {
    std::error_code error;
    fs::directory_iterator entries(project_.root / folder, error);
    for (; !error && entries != fs::directory_iterator(); entries.increment(error))
      read_entry(*entries, folder);
    if (error)
      mistake(folder.empty() ? "." : folder,
              fmt::format("the folder cannot be read, so its workers are missing: {}",
                          error.message()));
  }

  void read_entry(const fs::directory_entry& entry, const std::string& folder) {
    const std::string name = entry.path().filename().string();
    if (is_skipped(name)) return;
    std::string relative = folder.empty() ? name : folder + "/" + name;
    if (is_ignored(relative)) return;
    std::error_code error;
    if (entry.is_symlink(error)) return read_link(entry, std::move(relative));
    if (entry.is_directory(error)) return folders_.push_back(std::move(relative));
    if (entry.is_regular_file(error)) add_worker(std::move(relative));
  }

  void read_link(const fs::directory_entry& entry, std::string relative) {
    std::error_code error;
    if (!extension_of(relative) || entry.is_directory(error)) return;
    if (const auto fault = fault_of(entry.path(), project_.root))
      mistake(std::move(relative), *fault);
    else
      add_worker(std::move(relative));
  }

  void add_worker(std::string relative) {
    const auto extension = extension_of(relative);
    if (!extension) return;
    WorkerFile worker{project_.root / relative, std::move(relative), *extension, {}, {}};
    read_config(worker);
    project_.workers.push_back(std::move(worker));
  }

  void read_config(WorkerFile& worker) {
    const fs::path file = fs::path(worker.file).replace_extension(".toml");
    const std::string name = fs::path(worker.relative).replace_extension(".toml").string();
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    if (status.type() == fs::file_type::not_found) return;
    if (const auto fault = fault_of(file, project_.root)) {
      worker.mistakes = {{name, 0, "", *fault}};
      return;
    }
    const auto text = read_text(file);
    if (!text) {
      worker.mistakes = {{name, 0, "", "cannot be read: check its permissions"}};
      return;
    }
    auto config = parse_worker_config(name, worker.extension, *text, environment_);
    if (!config) {
      worker.mistakes = std::move(config).error();
      return;
    }
    worker.config = *std::move(config);
    find_folders(worker, name);
  }

  void find_folders(WorkerFile& worker, const std::string& name) {
    auto& folders = worker.config.folders;
    if (worker.extension == "js" && !folders.empty()) {
      project_.mistakes.push_back({name, folders.front().line, "folders",
                                   "has no effect: workers in JavaScript have no files"});
      return folders.clear();
    }
    for (Folder& folder : folders)
      if (auto fault = find_folder(folder, worker.file.parent_path()))
        worker.mistakes.push_back({name, folder.line, "folders.from", *std::move(fault)});
  }

  // Makes `from` absolute and free of links; otherwise what is wrong with it.
  std::optional<std::string> find_folder(Folder& folder, const fs::path& base) const {
    const fs::path written = folder.from;
    std::error_code error;
    // An absolute path on the right of '/' replaces the left.
    const fs::path found = fs::canonical(base / written, error);
    if (error == std::errc::no_such_file_or_directory && written.is_absolute())
      return fmt::format(
          "there is no folder '{}'; one beside the worker is written without the first slash",
          folder.from);
    if (error == std::errc::no_such_file_or_directory)
      return fmt::format("there is no folder '{}': create it, or mend the path", folder.from);
    if (error) return fmt::format("'{}' cannot be followed: {}", folder.from, error.message());
    if (!fs::is_directory(found, error)) return fmt::format("'{}' is no folder", folder.from);
    if (!options_.allow_outside_folders && !is_inside(found, project_.root))
      return fmt::format(
          "'{}' is outside of the project: move it inside, or start with --allow-outside-folders",
          folder.from);
    folder.from = found.string();
    return std::nullopt;
  }

  std::optional<std::string> extension_of(const std::string& relative) const {
    const std::string suffix = fs::path(relative).extension().string();
    for (const std::string& extension : options_.extensions)
      if (suffix.size() == extension.size() + 1 && suffix.ends_with(extension)) return extension;
    return std::nullopt;
  }

  bool is_ignored(const std::string& relative) const {
    return std::ranges::any_of(ignored_, [&](const Glob& glob) { return glob.matches(relative); });
  }

  void mistake(std::string file, std::string what) {
    project_.mistakes.push_back({std::move(file), 0, "", std::move(what)});
  }

  Project& project_;
  const ProjectOptions& options_;
  std::vector<Glob> ignored_;
  const Environment& environment_;
  std::vector<std::string> folders_;  // still to be read, relative
};

Result<fs::path> find_root(const fs::path& path) {
  std::error_code error;
  fs::path root = fs::canonical(path, error);
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    return fail(ErrorKind::NotFound, fmt::format("Missing path in filesystem: {}", path.string()));
  if (error) return fail(ErrorKind::Denied, fmt::format("{}: {}", path.string(), error.message()));
  if (!fs::is_directory(root, error))
    return fail(
        ErrorKind::Invalid,
        fmt::format("{} is no folder: give the folder that holds the workers", path.string()));
  return root;
}

}  // namespace

Result<Project> read_project(const fs::path& path, const ProjectOptions& options,
                             const Environment& environment) {
  Project project;
  WWS_TRY(project.root, find_root(path));
  std::vector<Glob> ignored;
  for (const std::string& pattern : options.ignore) {
    if (pattern.empty()) continue;
    WWS_TRY(Glob glob, Glob::create(pattern));
    ignored.push_back(std::move(glob));
  }
  Walk(project, options, std::move(ignored), environment).run();
  std::error_code error;
  fs::path public_folder = project.root / "public";
  if (fs::is_directory(public_folder, error)) project.public_folder = std::move(public_folder);
  return project;
}

}  // namespace wws::config
