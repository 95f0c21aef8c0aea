#include "cli/new_project.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace wws::cli {
namespace {

namespace fs = std::filesystem;

Error os_error(const fs::path& path, int number) {
  return Error(number == EEXIST ? ErrorKind::Denied : ErrorKind::Internal,
               fmt::format("{}: {}", path.string(), std::generic_category().message(number)));
}

// O_EXCL: what came there since we looked is not written over either, and a link is not followed.
Result<void> write_new(const fs::path& path, std::string_view bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0) return fail(os_error(path, errno));
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int number = errno;
      close(file);
      return fail(os_error(path, number));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (close(file) != 0) return fail(os_error(path, errno));
  return {};
}

// What to type after the project was made.
std::string next_steps(const Options& options) {
  std::string steps;
  if (options.path != ".") steps += fmt::format("    cd {}\n", options.path);
  if (options.template_name == "hono") steps += "    npm install\n";
  if (options.template_name == "c" || options.template_name == "rust") steps += "    make\n";
  return steps + "    wws dev\n";
}

}  // namespace

Result<std::vector<std::string>> write_template(std::span<const TemplateFile> files,
                                                std::string_view name, const fs::path& folder) {
  std::vector<const TemplateFile*> chosen;
  for (const auto& file : files)
    if (file.name == name) chosen.push_back(&file);
  std::string in_the_way;
  for (const auto* file : chosen) {
    std::error_code error;
    // A link that leads nowhere is in the way, too.
    if (fs::symlink_status(folder / file->path, error).type() != fs::file_type::not_found)
      in_the_way += fmt::format("{}{}", in_the_way.empty() ? "" : ", ", file->path);
  }
  if (!in_the_way.empty())
    return fail(ErrorKind::Denied,
                fmt::format("{} has these files already: {}; nothing was written. Take another "
                            "folder, or move them away",
                            folder.string(), in_the_way));
  std::vector<std::string> written;
  for (const auto* file : chosen) {
    const fs::path path = folder / file->path;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error)
      return fail(ErrorKind::Internal,
                  fmt::format("{}: {}", path.parent_path().string(), error.message()));
    WWS_CHECK(write_new(path, file->bytes));
    written.emplace_back(file->path);
  }
  return written;
}

int new_project(const Options& options, std::span<const TemplateFile> templates) {
  const auto written = write_template(templates, options.template_name, options.path);
  if (!written) {
    fmt::print(stderr, "❌ {}\n", written.error().to_string());
    return 1;
  }
  fmt::print("✅ A project in {}:\n", fs::path(options.path).string());
  for (const auto& file : *written)
    if (!file.starts_with("_kit/")) fmt::print("    {}\n", file);
  fmt::print("\nNow:\n{}", next_steps(options));
  return 0;
}

}  // namespace wws::cli
