// The command line as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "observe/log.h"

namespace wws::cli {

struct Options {
  std::string path = ".";
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string prefix;
  // Of a project that is a git repository; the first that is there counts, in this order.
  std::optional<std::string> git_commit, git_tag, git_branch;
  std::optional<std::string> git_folder;
  std::vector<std::string> ignore;
  bool allow_outside_folders = false;  // [[folders]] may lie outside of `path`
  std::vector<std::string> cors;
  std::uint64_t max_body = 10u << 20;  // bytes, 0 = unbounded
  unsigned threads = 0;                // 0: one a core
  bool licenses = false;               // print them and exit
  bool fresh_instances = false;        // never keep an instance
  observe::Level log_level = observe::Level::Info;
  observe::LogFormat log_format = observe::LogFormat::Text;
};

// What to print and the process's exit code: help and version (0), or a mistake (2, on stderr).
struct Exit {
  int code;
  std::string text;
};

[[nodiscard]] std::variant<Options, Exit> parse_options(int argc, const char* const* argv);

// "10MB", "64KiB", "1048576" -> bytes.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace wws::cli
