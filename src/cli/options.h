// The command line as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "bindings/cache.h"
#include "config/settings.h"
#include "observe/access_log.h"
#include "observe/log.h"

namespace wws::cli {

// What the program is asked to do.
enum class Command : std::uint8_t { Serve, Develop, Check, New };

struct Options {
  Command command = Command::Serve;
  std::string path = ".";
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::vector<std::string> listen;  // that config::parse_listen() takes
  bool address_given = false;       // host or port was asked for, beside what `listen` says
  std::vector<std::string> tls_certificates, tls_keys;  // PEM files, as many of each
  std::optional<std::uint16_t> redirect_https;          // port
  std::vector<std::string> trusted_proxies;
  bool proxy_protocol = false;
  std::string prefix;
  // Of a project that is a git repository; the first that is there counts, in this order.
  std::optional<std::string> git_commit, git_tag, git_branch;
  std::optional<std::string> git_folder;
  std::vector<std::string> ignore;
  bool allow_outside_folders = false;  // [[folders]] may lie outside of `path`
  std::vector<std::string> cors;
  std::uint64_t max_body = 10u << 20;  // bytes, 0 = unbounded
  // WebSockets at once; they get half of the sandboxes at most, and 0 is no other bound.
  std::uint64_t max_sockets = 1000;
  config::Bounds bounds;
  std::vector<config::BoundSetting> bound_flags;  // those of the command line, which win
  config::Compression compression = config::Compression::All;
  unsigned threads = 0;                     // 0: one a core
  std::uint64_t image_memory = 128u << 20;  // bytes for loaded workers, 0 = unbounded
  std::uint64_t guest_memory = 0;           // bytes for requests that run, 0 = unbounded
  bindings::CacheLimits cache;
  bool fresh_instances = false;  // never keep an instance
  std::string access_log;        // a file, "-" for standard output; empty: none
  observe::AccessFormat access_format = observe::AccessFormat::Combined;
  bool enable_panel = false;  // and the rest of the admin listener
  std::string admin_host = "127.0.0.1";
  std::uint16_t admin_port = 8081;
  std::string admin_token_file;  // empty: the token is in the environment, or there is none
  bool watch = false;            // reload when files change
  std::string template_name;     // of a new project
  bool licenses = false;         // print them and exit
  observe::Level log_level = observe::Level::Info;
  observe::LogFormat log_format = observe::LogFormat::Text;
  bool install_runtimes = false;  // asked for, as of the original, and not there
  std::set<std::string> given;    // the flags that were on the command line, "--host"
};

// What to print and the process's exit code: help and version (0), or a mistake (2, on stderr).
struct Exit {
  int code;
  std::string text;
};

// `wws [PATH]` serves; the words "dev", "check" and "new" are commands where they come first, so
// that a folder of such a name is ./dev.
[[nodiscard]] std::variant<Options, Exit> parse_options(int argc, const char* const* argv);
// Takes from the project's settings what no flag says. A flag that may be repeated replaces the
// whole list.
void apply_settings(Options& options, const config::ServerSettings& settings);

}  // namespace wws::cli
