// Settings: what the files at the top of a project say about the server as a whole. A plain value;
// reading the files is the only I/O.
//
//   wws.toml    the server's flags as keys (`max_body` for --max-body), and for all workers
//               [vars], [limits] and [features.http_requests], which a worker's own TOML overrides
//   .env        variables that a "$NAME" in [vars] finds where the process's environment has none
//   .wwsignore  what is no worker (config/ignore_rules.h)
//   .wws.toml   the original's list of language runtimes: named in a warning, otherwise not read
//
// A project does not say what it may do: flags that open its sandbox, show the server's inside or
// choose what is served are no keys, and a mistake that says so.
//
// Each is optional. What is wrong in wws.toml or .wwsignore keeps the server from starting: it
// would serve something else than was written. What is wrong in the others is a warning.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/bounds.h"
#include "config/ignore_rules.h"
#include "config/mistake.h"
#include "config/worker_config.h"
#include "observe/access_log.h"
#include "observe/log.h"

namespace wws::config {

// The PEM files of [[tls]]; relative ones are made the folder's.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

// What is compressed for clients that accept it.
enum class Compression : unsigned char { Off, Files, All };

// "off", "files" or "all"; the error says so.
[[nodiscard]] Result<Compression> parse_compression(std::string_view text);

// The keys of wws.toml that are flags as well; only those that are there.
struct ServerSettings {
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::vector<std::string>> listen;  // that parse_listen() takes
  std::optional<std::vector<TlsFiles>> tls;
  std::optional<std::uint16_t> redirect_https;
  std::optional<std::vector<std::string>> trusted_proxies;  // not checked
  std::optional<bool> proxy_protocol;
  std::optional<std::string> prefix;
  std::optional<std::vector<std::string>> ignore;  // globs
  std::optional<std::vector<std::string>> cors;    // origins as parse_origin() writes them
  std::optional<std::uint64_t> max_body;           // bytes
  std::optional<std::uint64_t> max_sockets;        // WebSockets at once
  std::vector<BoundSetting> bounds;                // of [bounds]
  std::optional<Compression> compression;
  std::optional<unsigned> threads;
  std::optional<std::uint64_t> image_memory;      // bytes
  std::optional<std::uint64_t> guest_memory;      // bytes
  std::optional<std::uint64_t> cache_memory;      // bytes
  std::optional<std::uint64_t> cache_entry_size;  // bytes
  std::optional<std::uint64_t> cache_entries;
  std::optional<bool> fresh_instances;
  std::optional<std::uint16_t> admin_port;  // where the admin listens if a flag asks for it
  std::optional<observe::Level> log_level;
  std::optional<observe::LogFormat> log_format;
  std::optional<std::string> access_log;  // "-": a project chooses no file to write
  std::optional<observe::AccessFormat> access_log_format;
};

struct Settings {
  ServerSettings server;
  WorkerConfig workers;     // what each worker's configuration starts from
  Environment environment;  // the given one, then .env
  IgnoreRules ignored;      // of .wwsignore
  Mistakes warnings;        // that do not keep the server from starting
};

inline constexpr unsigned kMostThreads = 1024;
inline constexpr unsigned kMostCacheEntries = 10'000'000;

// Of the folder `root`; a folder that is not there has no settings. The mistakes are those that
// keep the server from starting, all of them.
[[nodiscard]] std::expected<Settings, Mistakes> read_settings(const std::filesystem::path& root,
                                                              Environment environment);

// The text of a wws.toml alone, into `settings`; .env comes before it.
[[nodiscard]] Mistakes parse_settings(std::string_view file, std::string_view text,
                                      Settings& settings);

}  // namespace wws::config
