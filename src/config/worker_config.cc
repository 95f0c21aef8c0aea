#include "config/worker_config.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <span>

#include "base/text.h"
#include "config/nearest.h"
#include "config/units.h"

namespace wws::config {
namespace {

constexpr std::size_t kLongestText = 1u << 20;
constexpr std::size_t kMostDots = 4096;  // of one line
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

std::string_view article_and_name(toml::node_type type) noexcept {
  switch (type) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a number";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

int line_of(const toml::source_region& source) noexcept {
  return static_cast<int>(source.begin.line);
}

// Reads one document. Each read_x() takes a value and its full key and notes what is wrong with it.
class Reader final {
 public:
  Reader(std::string_view file, const Environment& environment)
      : file_(file), environment_(environment) {}

  std::expected<WorkerConfig, Mistakes> read(const toml::table& root) {
    read_fields(root, "", kRoot);
    if (mistakes_.empty()) return std::move(config_);
    std::ranges::stable_sort(mistakes_, {}, &Mistake::line);
    return std::unexpected(std::move(mistakes_));
  }

 private:
  struct Field {
    std::string_view name;
    void (Reader::*read)(const toml::node& node, const std::string& key);
  };

  void mistake(const toml::node& node, const std::string& key, std::string what) {
    mistake(line_of(node.source()), key, std::move(what));
  }
  void mistake(int line, const std::string& key, std::string what) {
    mistakes_.push_back({file_, line, key, std::move(what)});
  }
  void wrong_type(const toml::node& node, const std::string& key, std::string_view wanted) {
    mistake(node, key, fmt::format("must be {}, not {}", wanted, article_and_name(node.type())));
  }

  void read_fields(const toml::table& table, const std::string& prefix,
                   std::span<const Field> fields) {
    for (auto&& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const auto field = std::ranges::find(fields, name.str(), &Field::name);
      if (field != fields.end())
        (this->*field->read)(node, key);
      else
        mistake(line_of(name.source()), key, unknown_key(name.str(), fields));
    }
  }

  static std::string unknown_key(std::string_view name, std::span<const Field> fields) {
    std::vector<std::string_view> known;
    for (const Field& field : fields) known.push_back(field.name);
    const std::string_view meant = nearest(name, known);
    if (!meant.empty()) return fmt::format("unknown key, did you mean '{}'?", meant);
    return fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
  }

  void read_table(const toml::node& node, const std::string& key, std::span<const Field> fields) {
    if (const toml::table* table = node.as_table())
      read_fields(*table, key + ".", fields);
    else
      wrong_type(node, key, "a table");
  }

  // The text of a string node; otherwise a mistake and nothing.
  std::optional<std::string> text(const toml::node& node, const std::string& key) {
    const auto value = node.value_exact<std::string>();
    if (!value) wrong_type(node, key, "a string");
    return value;
  }

  template <typename Read>
  void each_text(const toml::node& node, const std::string& key, Read read) {
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong_type(node, key, "a list of strings");
    for (const toml::node& element : *list)
      if (const auto value = text(element, key)) read(element, *value);
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
    config_.vars.emplace_back(std::move(name), *std::move(value));
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

  void read_folders(const toml::node& node, const std::string& key) {
    const toml::array* list = node.as_array();
    const bool has_first = list != nullptr && !list->empty();
    mistake(has_first ? *list->get(0) : node, key,
            "mounted folders are not supported by this version: remove [[folders]]");
  }

  void read_features(const toml::node& node, const std::string& key) {
    read_table(node, key, kFeatures);
  }

  void read_wasi_nn(const toml::node& node, const std::string& key) {
    mistake(node, key, "WASI-NN is not supported by this version: remove [features.wasi_nn]");
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

  void read_bool(const toml::node& node, const std::string& key, bool& out) {
    if (const auto value = node.value_exact<bool>())
      out = *value;
    else
      wrong_type(node, key, "true or false");
  }
  void read_allow_http(const toml::node& node, const std::string& key) {
    read_bool(node, key, config_.http_requests.allow_http);
  }
  void read_allow_private(const toml::node& node, const std::string& key) {
    read_bool(node, key, config_.http_requests.allow_private);
  }

  void read_limits(const toml::node& node, const std::string& key) {
    read_table(node, key, kLimits);
  }

  // What parse_size() and parse_duration() take: a string, or a number that is not negative.
  static std::string amount(const toml::node& node) {
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    return node.value_exact<std::string>().value_or("");
  }

  void read_duration(const toml::node& node, const std::string& key,
                     std::chrono::milliseconds& out) {
    if (const auto value = parse_duration(amount(node)))
      out = *value;
    else
      mistake(node, key,
              "must be milliseconds or a string like \"500ms\" or \"2s\", at most 24h; 0 for no "
              "limit");
  }
  void read_cpu(const toml::node& node, const std::string& key) {
    read_duration(node, key, config_.limits.cpu);
  }
  void read_wall(const toml::node& node, const std::string& key) {
    read_duration(node, key, config_.limits.wall);
  }

  bool read_size(const toml::node& node, const std::string& key, std::uint64_t& out) {
    const auto value = parse_size(amount(node));
    if (value)
      out = *value;
    else
      mistake(node, key, "must be bytes or a string like \"64MB\" or \"128MiB\"");
    return value.has_value();
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

  void read_warmup(const toml::node& node, const std::string& key) {
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
  static constexpr Field kData[] = {{"kv", &Reader::read_kv}};
  static constexpr Field kKv[] = {{"namespace", &Reader::read_namespace}};
  static constexpr Field kFeatures[] = {
      {"http_requests", &Reader::read_http_requests},
      {"wasi_nn", &Reader::read_wasi_nn},
  };
  static constexpr Field kHttpRequests[] = {
      {"allowed_hosts", &Reader::read_hosts},
      {"allowed_methods", &Reader::read_methods},
      {"allow_http", &Reader::read_allow_http},
      {"allow_private", &Reader::read_allow_private},
  };
  static constexpr Field kLimits[] = {
      {"cpu", &Reader::read_cpu},           {"wall", &Reader::read_wall},
      {"memory", &Reader::read_memory},     {"request", &Reader::read_request},
      {"response", &Reader::read_response},
  };

  std::string file_;
  const Environment& environment_;
  WorkerConfig config_;
  Mistakes mistakes_;
};

// The first line with so many dots that it may be a key of too many parts, or 0. The parser's
// tables nest as deep as a key has parts, and are taken down recursively.
int find_too_many_dots(std::string_view text) noexcept {
  int line = 1;
  std::size_t dots = 0;
  for (const char c : text) {
    if (c == '.' && ++dots > kMostDots) return line;
    if (c != '\n') continue;
    dots = 0;
    ++line;
  }
  return 0;
}

}  // namespace

std::expected<WorkerConfig, Mistakes> parse_worker_config(std::string_view file,
                                                          std::string_view text,
                                                          const Environment& environment) {
  const auto fail_whole = [&](int line, std::string what) {
    return std::unexpected(Mistakes{{std::string(file), line, "", std::move(what)}});
  };
  if (text.size() > kLongestText) return fail_whole(0, "is longer than 1 MiB: shorten it");
  if (const int line = find_too_many_dots(text))
    return fail_whole(line, fmt::format("has more than {} dots: break the line", kMostDots));
  toml::parse_result parsed = toml::parse(text);
  if (parsed) return Reader(file, environment).read(parsed.table());
  const toml::parse_error& error = parsed.error();
  return fail_whole(line_of(error.source()), std::string(error.description()));
}

}  // namespace wws::config
