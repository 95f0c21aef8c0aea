// WorkerConfig: what `<worker>.toml` says. A plain value.
//
// The keys are those of the original (name, version, [vars], [data.kv], [[folders]],
// [features.http_requests]) and, new, [data.cache], [limits], `warmup` and `evaluate`.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/limits.h"
#include "config/mistake.h"

namespace wws::config {

struct HttpRequests {
  // Lower case, without port: "example.com", "[::1]", "*.example.com" or "*".
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_methods = {"GET",    "POST", "PUT",    "PATCH",
                                              "DELETE", "HEAD", "OPTIONS"};
  bool allow_http = false;                       // plain http:// too
  bool allow_private = false;                    // loopback, link-local and private addresses too
  std::uint64_t max_response_bytes = 64u << 20;  // body of a response; 0: any

  [[nodiscard]] bool operator==(const HttpRequests&) const = default;
};

// A request that is run once after load, before the image of a JavaScript worker is taken.
struct WarmupRequest {
  std::string method;
  std::string path;

  [[nodiscard]] bool operator==(const WarmupRequest&) const = default;
};

// When top-level code of a JavaScript worker runs.
enum class Evaluate {
  Auto,        // once, unless it turns out to depend on time, chance or I/O
  Once,        // once, the user knows better
  EachRequest  // before every request
};

// A folder of the host that the worker sees under a name of its own.
struct Folder {
  std::string from;  // as written; read_project() makes it an absolute path without links
  std::string to;    // the guest's name of it, "/src/assets"; unique among the worker's
  bool read_only = false;
  int line = 0;  // of the file, for mistakes

  [[nodiscard]] bool operator==(const Folder&) const = default;
};

struct WorkerConfig {
  std::optional<std::string> name;
  std::string version = "1";
  std::vector<std::pair<std::string, std::string>> vars;  // "$NAME" already replaced
  std::optional<std::string> kv_namespace;
  std::optional<std::string> cache_namespace;  // nothing: the worker's own caches
  std::vector<Folder> folders;
  HttpRequests http_requests;
  Limits limits;
  std::vector<WarmupRequest> warmup;
  Evaluate evaluate = Evaluate::Auto;

  [[nodiscard]] bool operator==(const WorkerConfig&) const = default;
};

// The server's environment: the value of a variable, or nothing.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

// Parses the TOML of a worker whose file has `extension` ("js"); only scripts have
// `warmup` and `evaluate`. `file` names the TOML in mistakes. Every mistake is reported: unknown
// keys (with the nearest known one), wrong types, bad values, syntax. [limits] has `cpu`, `wall`,
// `memory`, `request` and `response`: sizes are integers (bytes) or strings ("64MB", "128MiB"),
// times integers (milliseconds) or strings ("500ms", "2s"). A "$NAME" that is not set becomes "".
[[nodiscard]] std::expected<WorkerConfig, Mistakes> parse_worker_config(
    std::string_view file, std::string_view extension, std::string_view text,
    const Environment& environment);

}  // namespace wws::config
