#include "config/worker_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/table_reader.h"
#include "config/worker_defaults.h"

namespace wws::config {
namespace {

constexpr std::size_t kMostFolders = 32, kLongestFolder = 4095;
constexpr std::uint64_t kWasmPage = 64u << 10;
constexpr std::uint64_t kWasmAddressSpace = 4ull << 30;

bool is_between(char c, char first, char last) noexcept { return c >= first && c <= last; }
bool is_upper(char c) noexcept { return is_between(c, 'A', 'Z'); }
bool is_lower(char c) noexcept { return is_between(c, 'a', 'z'); }

bool is_method(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_upper(c) || c == '-'; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.front() != '.' && text.find("..") == std::string_view::npos &&
         std::ranges::all_of(text, [](char c) {
           return is_lower(c) || is_upper(c) || is_between(c, '0', '9') || c == '-' || c == '.' ||
                  c == '_';
         });
}

bool is_bracketed_ipv6(std::string_view text) noexcept {
  return text.size() > 3 && text.front() == '[' && text.back() == ']' &&
         std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) {
           return is_between(c, '0', '9') || is_between(c, 'a', 'f') || is_between(c, 'A', 'F') ||
                  c == ':' || c == '.';
         });
}

// Reads one document.
class Reader final : public TableReader<Reader> {
 public:
  Reader(std::string_view file, std::string_view extension, const Environment& environment,
         WorkerConfig defaults)
      : TableReader(file),
        extension_(extension),
        environment_(environment),
        config_(std::move(defaults)),
        default_vars_(config_.vars.size()) {}

  std::expected<WorkerConfig, Mistakes> read(const toml::table& root) {
    read_fields(root, "", kRoot);
    return finish();
  }
  std::expected<WorkerConfig, Mistakes> read_defaults(const toml::table& root) {
    for (const Field& field : kDefaults)
      if (const toml::node* node = root.get(field.name))
        (this->*field.read)(*node, std::string(field.name));
    return finish();
  }

 private:
  friend class TableReader<Reader>;

  std::expected<WorkerConfig, Mistakes> finish() {
    Mistakes mistakes = take_mistakes();
    if (!mistakes.empty()) return std::unexpected(std::move(mistakes));
    return std::move(config_);
  }

  void read_name(const toml::node& node, const std::string& key) { config_.name = text(node, key); }

  void read_version(const toml::node& node, const std::string& key) {
    if (const auto string = node.value_exact<std::string>())
      config_.version = *string;
    else if (const auto number = node.value_exact<std::int64_t>())
      config_.version = std::to_string(*number);
    else if (const auto fraction = node.value_exact<double>())
      config_.version = fmt::format("{}", *fraction);
    else
      wrong_type(node, key, "a string or a number");
  }

  void read_vars(const toml::node& node, const std::string& key) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong_type(node, key, "a table of strings");
    for (auto&& [name, value] : *table)
      read_var(line_of(name.source()), std::string(name.str()), value,
               fmt::format("{}.{}", key, name.str()));
  }

  void read_var(int line, std::string name, const toml::node& node, const std::string& key) {
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos)
      return mistake(line, key, "a variable's name is not empty and has no '=' in it");
    auto value = text(node, key);
    if (!value) return;
    if (value->starts_with('$') && value->find(' ') == std::string::npos) {
      value = environment_(std::string_view(*value).substr(1)).value_or("");
      if (!is_utf8(*value))
        return mistake(node, key, "the variable's value in the server's environment is not UTF-8");
    }
    if (value->find('\0') != std::string::npos)
      return mistake(node, key, "a variable's value cannot hold a NUL character");
    const auto defaults = std::span(config_.vars).first(default_vars_);
    const auto known =
        std::ranges::find(defaults, name, &std::pair<std::string, std::string>::first);
    if (known == defaults.end())
      config_.vars.emplace_back(std::move(name), *std::move(value));
    else
      known->second = *std::move(value);
  }

  void read_data(const toml::node& node, const std::string& key) { read_table(node, key, kData); }

  void read_kv(const toml::node& node, const std::string& key) {
    read_table(node, key, kKv);
    if (node.is_table() && !node.as_table()->contains("namespace"))
      mistake(node, key + ".namespace", "is missing: name the store, namespace = \"...\"");
  }

  void read_namespace(const toml::node& node, const std::string& key) {
    config_.kv_namespace = text(node, key);
    if (config_.kv_namespace == "") mistake(node, key, "must not be empty");
  }

  void read_cache(const toml::node& node, const std::string& key) {
    if (!only_javascript(node, key)) return;
    read_table(node, key, kCache);
    if (node.is_table() && !node.as_table()->contains("namespace"))
      mistake(node, key + ".namespace",
              "is missing: name what the workers share, namespace = \"...\"");
  }

  void read_cache_namespace(const toml::node& node, const std::string& key) {
    config_.cache_namespace = text(node, key);
    if (config_.cache_namespace == "") mistake(node, key, "must not be empty");
  }

  void read_folders(const toml::node& node, const std::string& key) {
    const toml::array* list = node.as_array();
    if (list == nullptr) return mistake(node, key, "must be a list of tables: write [[folders]]");
    for (const toml::node& element : *list) {
      config_.folders.push_back({.line = line_of(element.source())});
      read_table(element, key, kFolder);
      if (element.is_table()) check_folder(element, key);
    }
    if (config_.folders.size() > kMostFolders)
      mistake(node, key, fmt::format("more than {} folders are too many", kMostFolders));
  }
  void check_folder(const toml::node& node, const std::string& key) {
    const Folder& folder = config_.folders.back();
    if (!node.as_table()->contains("to"))
      mistake(node, key + ".to", "is missing: name the folder for the worker, to = \"/data\"");
    const auto same = [&](const Folder& other) { return other.to == folder.to; };
    if (!folder.to.empty() && std::ranges::count_if(config_.folders, same) > 1)
      mistake(node, key + ".to",
              fmt::format("'{}' is there twice: choose another name", folder.to));
  }
  // A path of a [[folders]] table; nothing after a mistake.
  std::optional<std::string> folder_path(const toml::node& node, const std::string& key) {
    auto value = text(node, key);
    if (!value || (value->size() <= kLongestFolder && value->find('\0') == std::string::npos))
      return value;
    mistake(node, key,
            fmt::format("must have no NUL character and at most {} bytes", kLongestFolder));
    return std::nullopt;
  }
  void read_folder_from(const toml::node& node, const std::string& key) {
    auto value = folder_path(node, key);
    if (!value) return;
    // As the original has it: without any '/', '\\' separates.
    if (value->find('/') == std::string::npos) std::ranges::replace(*value, '\\', '/');
    config_.folders.back().from = *std::move(value);
  }
  void read_folder_to(const toml::node& node, const std::string& key) {
    const auto value = folder_path(node, key);
    if (!value) return;
    if (value->empty()) return mistake(node, key, "must not be empty: \"/data\"");
    config_.folders.back().to = *value;
  }
  void read_folder_read_only(const toml::node& node, const std::string& key) {
    read_bool(node, key, config_.folders.back().read_only);
  }

  void read_features(const toml::node& node, const std::string& key) {
    read_table(node, key, kFeatures);
  }

  void read_default_features(const toml::node& node, const std::string& key) {
    read_table(node, key, kDefaultFeatures);
  }

  void read_wasi_nn(const toml::node& node, const std::string& key) {
    mistake(
        node, key,
        "WASI-NN is not there: no backend is built in, and a worker that imports it cannot run; "
        "remove [features.wasi_nn]");
  }

  void read_http_requests(const toml::node& node, const std::string& key) {
    read_table(node, key, kHttpRequests);
  }

  void read_hosts(const toml::node& node, const std::string& key) {
    config_.http_requests.allowed_hosts.clear();
    each_text(node, key, [&](const toml::node& element, std::string_view host) {
      const std::string_view name = host.starts_with("*.") ? host.substr(2) : host;
      if (host == "*" || is_name(name) || is_bracketed_ipv6(host))
        config_.http_requests.allowed_hosts.push_back(lower(host));
      else
        mistake(element, key,
                fmt::format("'{}' is no host: write the name alone, without scheme, port and path "
                            "(\"example.com\", \"*.example.com\", \"[::1]\" or \"*\")",
                            host));
    });
  }

  void read_methods(const toml::node& node, const std::string& key) {
    config_.http_requests.allowed_methods.clear();
    each_text(node, key, [&](const toml::node& element, std::string_view method) {
      if (is_method(method))
        config_.http_requests.allowed_methods.emplace_back(method);
      else
        mistake(element, key,
                fmt::format("'{}' is no method: write it in upper case, \"GET\"", method));
    });
  }

  void read_allow_http(const toml::node& node, const std::string& key) {
    read_bool(node, key, config_.http_requests.allow_http);
  }
  void read_allow_private(const toml::node& node, const std::string& key) {
    read_bool(node, key, config_.http_requests.allow_private);
  }
  void read_max_response(const toml::node& node, const std::string& key) {
    read_size(node, key, config_.http_requests.max_response_bytes);
  }

  void read_limits(const toml::node& node, const std::string& key) {
    read_table(node, key, kLimits);
  }

  void read_cpu(const toml::node& node, const std::string& key) {
    read_duration(node, key, config_.limits.cpu);
  }
  void read_wall(const toml::node& node, const std::string& key) {
    read_duration(node, key, config_.limits.wall);
  }

  void read_memory(const toml::node& node, const std::string& key) {
    std::uint64_t& bytes = config_.limits.memory_bytes;
    if (!read_size(node, key, bytes) || bytes == 0) return;
    if (bytes < kWasmPage || bytes > kWasmAddressSpace)
      mistake(node, key, "must be between 64KiB and 4GiB, or 0 for no limit");
  }
  void read_request(const toml::node& node, const std::string& key) {
    read_size(node, key, config_.limits.request_bytes);
  }
  void read_response(const toml::node& node, const std::string& key) {
    read_size(node, key, config_.limits.response_bytes);
  }

  void read_message(const toml::node& node, const std::string& key) {
    read_size(node, key, config_.limits.message_bytes);
  }
  void read_queue(const toml::node& node, const std::string& key) {
    read_size(node, key, config_.limits.queue_bytes);
  }
  void read_idle(const toml::node& node, const std::string& key) {
    read_duration(node, key, config_.limits.idle);
  }
  void read_sockets(const toml::node& node, const std::string& key) {
    const auto count = node.value_exact<std::int64_t>();
    if (!count || *count < 0)
      return mistake(node, key, "must be a number of WebSockets; 0 for no limit");
    config_.limits.sockets = static_cast<std::uint64_t>(*count);
  }

  // Whether the worker is JavaScript; otherwise the key is a mistake.
  bool only_javascript(const toml::node& node, const std::string& key) {
    if (extension_ != "wasm") return true;
    mistake(node, key,
            fmt::format("is only for workers in JavaScript, not for .{}: remove it", extension_));
    return false;
  }

  void read_warmup(const toml::node& node, const std::string& key) {
    if (!only_javascript(node, key)) return;
    each_text(node, key, [&](const toml::node& element, std::string_view request) {
      const std::size_t space = std::min(request.find(' '), request.size());
      const std::string_view method = request.substr(0, space);
      const std::string_view path = request.substr(std::min(space + 1, request.size()));
      const bool printable =
          std::ranges::all_of(path, [](char c) { return is_between(c, '!', '~'); });
      if (is_method(method) && path.starts_with('/') && printable)
        config_.warmup.push_back({std::string(method), std::string(path)});
      else
        mistake(element, key,
                fmt::format("'{}' is no request: write a method and a percent-encoded path, "
                            "\"GET /\"",
                            request));
    });
  }

  void read_evaluate(const toml::node& node, const std::string& key) {
    if (!only_javascript(node, key)) return;
    const auto value = text(node, key);
    if (!value) return;
    if (*value == "auto")
      config_.evaluate = Evaluate::Auto;
    else if (*value == "once")
      config_.evaluate = Evaluate::Once;
    else if (*value == "each-request")
      config_.evaluate = Evaluate::EachRequest;
    else
      mistake(node, key, "must be \"auto\", \"once\" or \"each-request\"");
  }

  static constexpr Field kRoot[] = {
      {"name", &Reader::read_name},         {"version", &Reader::read_version},
      {"vars", &Reader::read_vars},         {"data", &Reader::read_data},
      {"folders", &Reader::read_folders},   {"features", &Reader::read_features},
      {"limits", &Reader::read_limits},     {"warmup", &Reader::read_warmup},
      {"evaluate", &Reader::read_evaluate},
  };
  // What a project may set for all of its workers.
  static constexpr Field kDefaults[] = {
      {"vars", &Reader::read_vars},
      {"limits", &Reader::read_limits},
      {"features", &Reader::read_default_features},
  };
  static constexpr Field kDefaultFeatures[] = {{"http_requests", &Reader::read_http_requests}};
  static constexpr Field kData[] = {{"kv", &Reader::read_kv}, {"cache", &Reader::read_cache}};
  static constexpr Field kKv[] = {{"namespace", &Reader::read_namespace}};
  static constexpr Field kCache[] = {{"namespace", &Reader::read_cache_namespace}};
  static constexpr Field kFolder[] = {
      {"from", &Reader::read_folder_from},
      {"to", &Reader::read_folder_to},
      {"read_only", &Reader::read_folder_read_only},
  };
  static constexpr Field kFeatures[] = {
      {"http_requests", &Reader::read_http_requests},
      {"wasi_nn", &Reader::read_wasi_nn},
  };
  static constexpr Field kHttpRequests[] = {
      {"allowed_hosts", &Reader::read_hosts},       {"allowed_methods", &Reader::read_methods},
      {"allow_http", &Reader::read_allow_http},     {"allow_private", &Reader::read_allow_private},
      {"max_response", &Reader::read_max_response},
  };
  static constexpr Field kLimits[] = {
      {"cpu", &Reader::read_cpu},           {"wall", &Reader::read_wall},
      {"memory", &Reader::read_memory},     {"request", &Reader::read_request},
      {"response", &Reader::read_response}, {"sockets", &Reader::read_sockets},
      {"message", &Reader::read_message},   {"queue", &Reader::read_queue},
      {"idle", &Reader::read_idle},
  };

  std::string extension_;
  const Environment& environment_;
  WorkerConfig config_;
  std::size_t default_vars_;  // the first ones: those that this document may replace
};

}  // namespace

std::expected<WorkerConfig, Mistakes> parse_worker_config(std::string_view file,
                                                          std::string_view extension,
                                                          std::string_view text,
                                                          const Environment& environment) {
  return parse_worker_config(file, extension, text, environment, {});
}

std::expected<WorkerConfig, Mistakes> parse_worker_config(std::string_view file,
                                                          std::string_view extension,
                                                          std::string_view text,
                                                          const Environment& environment,
                                                          const WorkerConfig& defaults) {
  auto root = parse_toml(file, text);
  if (!root) return std::unexpected(std::move(root).error());
  return Reader(file, extension, environment, defaults).read(*root);
}

std::expected<WorkerConfig, Mistakes> parse_worker_defaults(std::string_view file,
                                                            std::string_view text,
                                                            const Environment& environment) {
  auto root = parse_toml(file, text);
  if (!root) return std::unexpected(std::move(root).error());
  return Reader(file, "", environment, {}).read_defaults(*root);
}

}  // namespace wws::config
