#include "config/project.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <unordered_map>

#include "config/project_file.h"
#include "config/worker_defaults.h"

namespace wws::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSettingsFile = "wws.toml";
constexpr std::string_view kSecretsFile = ".env";

bool is_skipped(std::string_view name) noexcept {
  return name.starts_with('.') || name.starts_with('_') || name == "public" ||
         name == "node_modules";
}

// How the TOML of a worker stands in its folder; Other may be a link.
enum class TomlFile : unsigned char { Missing, Regular, Other };

class Walk final {
 public:
  Walk(Project& project, const ProjectOptions& options, IgnoreRules ignored,
       const Environment& environment)
      : project_(project),
        options_(options),
        ignored_(std::move(ignored)),
        environment_(environment),
        tomls_(project.root) {}

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
  struct Entry {
    std::string name;
    fs::file_type type;  // of a link: symlink
  };

  // A folder is listed before its files are looked at, so that no file has to be asked for.
  void read_folder(const std::string& folder) {
    std::vector<Entry> entries;
    std::unordered_map<std::string, TomlFile> tomls;
    std::error_code error;
    fs::directory_iterator listing(project_.root / folder, error);
    for (; !error && listing != fs::directory_iterator(); listing.increment(error)) {
      Entry entry{listing->path().filename().string(), type_of(*listing)};
      if (is_skipped(entry.name)) continue;
      const bool regular = entry.type == fs::file_type::regular;
      if (entry.name.ends_with(".toml"))
        tomls.emplace(entry.name, regular ? TomlFile::Regular : TomlFile::Other);
      entries.push_back(std::move(entry));
    }
    if (error)
      mistake(folder.empty() ? "." : folder,
              fmt::format("the folder cannot be read, so its workers are missing: {}",
                          error.message()));
    for (const Entry& entry : entries) read_entry(entry, folder, tomls);
  }

  // What the listing says already, without a look at the file.
  static fs::file_type type_of(const fs::directory_entry& entry) {
    std::error_code error;
    if (entry.is_symlink(error)) return fs::file_type::symlink;
    if (entry.is_directory(error)) return fs::file_type::directory;
    return entry.is_regular_file(error) ? fs::file_type::regular : fs::file_type::unknown;
  }

  void read_entry(const Entry& entry, const std::string& folder,
                  const std::unordered_map<std::string, TomlFile>& tomls) {
    std::string relative = folder.empty() ? entry.name : folder + "/" + entry.name;
    const bool is_folder = entry.type == fs::file_type::directory;
    if (ignored_.ignores(relative, is_folder ? EntryKind::Folder : EntryKind::File)) return;
    if (is_folder) return folders_.push_back(std::move(relative));
    const auto extension = extension_of(relative);
    if (!extension || !is_sound(entry, relative)) return;
    const std::string stem = entry.name.substr(0, entry.name.size() - extension->size() - 1);
    const auto toml = tomls.find(stem + ".toml");
    add_worker(std::move(relative), *extension,
               toml == tomls.end() ? TomlFile::Missing : toml->second);
  }

  // Whether it is a file, or a link to one inside the project; notes what is wrong with a link.
  bool is_sound(const Entry& entry, const std::string& relative) {
    if (entry.type != fs::file_type::symlink) return entry.type == fs::file_type::regular;
    const fs::path file = project_.root / relative;
    std::error_code error;
    if (fs::is_directory(file, error)) return false;
    const auto fault = fault_of(file, project_.root);
    if (fault) mistake(relative, *fault);
    return !fault;
  }

  void add_worker(std::string relative, std::string extension, TomlFile toml) {
    const std::string name = relative.substr(0, relative.size() - extension.size()) + "toml";
    WorkerFile worker{
        project_.root / relative, std::move(relative), std::move(extension), options_.defaults, {}};
    if (name == kSettingsFile && toml != TomlFile::Missing)
      mistake(worker.relative,
              "wws.toml is the project's own, so this worker has no "
              "configuration: rename the worker to give it one");
    else if (toml != TomlFile::Missing)
      read_config(worker, name, toml);
    project_.workers.push_back(std::move(worker));
  }

  void read_config(WorkerFile& worker, const std::string& name, TomlFile toml) {
    if (toml == TomlFile::Other) {
      if (const auto fault = fault_of(project_.root / name, project_.root)) {
        worker.mistakes = {{name, 0, "", *fault}};
        return;
      }
    }
    const auto text = tomls_.read_sound(name, worker.mistakes);
    if (!text) return;
    auto config =
        parse_worker_config(name, worker.extension, *text, environment_, options_.defaults);
    if (!config) {
      worker.mistakes = std::move(config).error();
      return;
    }
    worker.config = *std::move(config);
    find_folders(worker, name);
  }

  void find_folders(WorkerFile& worker, const std::string& name) {
    auto& folders = worker.config.folders;
    if (worker.extension != "wasm" && !folders.empty()) {
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
    if (is_inside(project_.root, found) && fs::exists(project_.root / kSecretsFile, error))
      return fmt::format(
          "'{}' holds the project's {}, which no worker may read: mount a folder below it",
          folder.from.empty() ? "." : folder.from, kSecretsFile);
    folder.from = found.string();
    return std::nullopt;
  }

  std::optional<std::string> extension_of(const std::string& relative) const {
    const std::size_t dot = relative.rfind('.');
    const std::size_t name = relative.rfind('/') + 1;  // 0 where there is no '/'
    if (dot == std::string::npos || dot <= name) return std::nullopt;
    const std::string_view suffix = std::string_view(relative).substr(dot + 1);
    if (std::string_view(relative).substr(0, dot).ends_with(".d") && suffix.ends_with("ts"))
      return std::nullopt;
    for (const std::string& extension : options_.extensions)
      if (suffix == extension) return extension;
    return std::nullopt;
  }

  void mistake(std::string file, std::string what) {
    project_.mistakes.push_back({std::move(file), 0, "", std::move(what)});
  }

  Project& project_;
  const ProjectOptions& options_;
  IgnoreRules ignored_;
  const Environment& environment_;
  ProjectFileReader tomls_;
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

// It may be a link, but what is outside of the project is served only where that is wanted.
void find_public_folder(Project& project, const ProjectOptions& options) {
  std::error_code error;
  fs::path folder = project.root / "public";
  if (!fs::is_directory(folder, error)) return;
  const fs::path found = fs::canonical(folder, error);
  if (error || (!options.allow_outside_folders && !is_inside(found, project.root))) {
    project.mistakes.push_back(
        {"public", 0, "",
         "it is a link out of the project, so nothing of it is served: move the files inside, or "
         "start with --allow-outside-folders"});
    return;
  }
  project.public_folder = std::move(folder);
}

}  // namespace

Result<Project> read_project(const fs::path& path, const ProjectOptions& options,
                             const Environment& environment) {
  Project project;
  WWS_TRY(project.root, find_root(path));
  IgnoreRules ignored = options.ignored;
  for (const std::string& pattern : options.ignore) WWS_CHECK(ignored.add_glob(pattern));
  Walk(project, options, std::move(ignored), environment).run();
  find_public_folder(project, options);
  return project;
}

}  // namespace wws::config
