#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <map>
#include <sstream>

#include "cli/version.h"

namespace wws::cli {
namespace {

std::string exit_text(const CLI::App& app, const CLI::ParseError& error, int& code) {
  std::ostringstream out;
  std::ostringstream err;
  code = app.exit(error, out, err);
  // As every other command line tool: help and version are 0, any mistake is 2.
  if (code != 0) code = 2;
  return out.str() + err.str();
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  static const std::map<std::string_view, std::uint64_t> units = {
      {"", 1},          {"B", 1},        {"KB", 1000},    {"MB", 1000'000}, {"GB", 1000'000'000},
      {"K", 1024},      {"M", 1u << 20}, {"G", 1u << 30}, {"KiB", 1024},    {"MiB", 1u << 20},
      {"GiB", 1u << 30}};
  const auto found = units.find(unit);
  if (found == units.end()) return std::nullopt;
  if (number > UINT64_MAX / found->second) return std::nullopt;
  return number * found->second;
}

std::variant<Options, Exit> parse_options(int argc, const char* const* argv) {
  Options options;
  std::string max_body = "10MiB";
  std::string log_level = "info";
  std::string log_format = "text";
  CLI::App app{
      "A self-contained server that turns a folder into a web application of sandboxed workers",
      "wws"};
  app.set_version_flag("-V,--version", std::string("wws ") + kVersion);
  app.add_option("PATH", options.path,
                 "The folder to serve, or a git repository: https://host/name.git")
      ->capture_default_str();
  app.add_option("--host", options.host, "Address to listen on")->capture_default_str();
  app.add_option("-p,--port", options.port, "Port to listen on; 0 takes any free one")
      ->capture_default_str();
  app.add_option("--prefix", options.prefix, "Put all URLs below this path");
  app.add_option("--git-branch", options.git_branch,
                 "Branch of a git repository; without one, the remote's own choice");
  app.add_option("--git-tag", options.git_tag, "Tag of a git repository");
  app.add_option("--git-commit", options.git_commit,
                 "Commit of a git repository: its id or the first digits");
  app.add_option("--git-folder", options.git_folder, "Serve only this folder of a git repository");
  app.add_option("--ignore", options.ignore,
                 "Glob of files that are no workers, relative to the folder; may be repeated")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  app.add_flag("--allow-outside-folders", options.allow_outside_folders,
               "Let [[folders]] of workers lie outside of the folder that is served");
  app.add_option("--cors", options.cors,
                 "Origin whose pages may read the answers, or '*'; may be repeated")
      ->expected(1)
      ->allow_extra_args(false)
      ->take_all();
  app.add_option("--max-body", max_body, "Largest request body, \"10MiB\"; 0 for any")
      ->capture_default_str()
      ->check([](const std::string& text) {
        return parse_size(text) ? std::string()
                                : "'" + text + "' is not a size: write 1048576, 512KiB or 10MB";
      });
  app.add_option("--threads", options.threads, "Event loops; 0 for one a core")
      ->capture_default_str()
      ->check(CLI::Range(0u, 1024u));
  app.add_flag("--fresh-instances", options.fresh_instances,
               "Make a new instance for every request instead of restoring a kept one (slower)");
  app.add_flag("--licenses", options.licenses,
               "Print the licences of everything inside this program and exit");
  app.add_option("-l,--log-level", log_level, "off, error, warn, info, debug or trace")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const auto level = observe::parse_level(text);
        return level ? std::string() : level.error().message();
      });
  app.add_option("--log-format", log_format, "text or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = 0;
    std::string text = exit_text(app, error, code);
    return Exit{code, std::move(text)};
  }
  options.max_body = parse_size(max_body).value_or(0);
  options.log_level = observe::parse_level(log_level).value_or(observe::Level::Info);
  options.log_format = log_format == "json" ? observe::LogFormat::Json : observe::LogFormat::Text;
  return options;
}

}  // namespace wws::cli
