#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "config/dotenv.h"
#include "config/listen.h"
#include "config/origin.h"
#include "config/project_file.h"
#include "config/table_reader.h"
#include "config/worker_defaults.h"

namespace wws::config {
namespace {

namespace fs = std::filesystem;

// Reads the keys that are the server's; those of all workers are read by worker_config.cc.
class SettingsReader final : public TableReader<SettingsReader> {
 public:
  SettingsReader(std::string_view file, ServerSettings& out) : TableReader(file), out_(out) {}

  Mistakes read(const toml::table& root) {
    read_fields(root, "", kRoot);
    return take_mistakes();
  }

 private:
  friend class TableReader<SettingsReader>;

  void read_host(const toml::node& node, const std::string& key) {
    out_.host = text(node, key);
    if (out_.host == "") mistake(node, key, "must not be empty: write an address, \"127.0.0.1\"");
  }

  void read_port(const toml::node& node, const std::string& key) {
    read_port_number(node, key, out_.port);
  }
  void read_admin_port(const toml::node& node, const std::string& key) {
    read_port_number(node, key, out_.admin_port);
  }
  void read_redirect_https(const toml::node& node, const std::string& key) {
    read_port_number(node, key, out_.redirect_https);
  }
  void read_port_number(const toml::node& node, const std::string& key,
                        std::optional<std::uint16_t>& out) {
    const auto port = number(node, UINT16_MAX);
    if (!port) return mistake(node, key, "must be a number from 0 (any free port) to 65535");
    out = static_cast<std::uint16_t>(*port);
  }

  void read_listen(const toml::node& node, const std::string& key) {
    std::vector<std::string> addresses;
    each_text(node, key, [&](const toml::node& element, const std::string& value) {
      if (!parse_listen(value)) return mistake(element, key, not_an_address(value));
      addresses.push_back(value);
    });
    out_.listen = std::move(addresses);
  }

  void read_trusted_proxies(const toml::node& node, const std::string& key) {
    std::vector<std::string> networks;
    each_text(node, key,
              [&](const toml::node&, const std::string& value) { networks.push_back(value); });
    out_.trusted_proxies = std::move(networks);
  }

  void read_proxy_protocol(const toml::node& node, const std::string& key) {
    read_bool(node, key, out_.proxy_protocol.emplace());
  }

  // [tls], or [[tls]] for several.
  void read_tls(const toml::node& node, const std::string& key) {
    out_.tls.emplace();
    if (node.is_table()) return read_tls_files(node, key);
    const toml::array* list = node.as_array();
    if (list == nullptr) return wrong_type(node, key, "a table or a list of tables");
    for (const toml::node& element : *list) read_tls_files(element, key);
  }

  void read_tls_files(const toml::node& node, const std::string& key) {
    static constexpr Field kFiles[] = {{"certificate", &SettingsReader::read_tls_certificate},
                                       {"key", &SettingsReader::read_tls_key}};
    TlsFiles& files = out_.tls->emplace_back();
    read_table(node, key, kFiles);
    if (!node.is_table()) return;
    for (const auto& [name, value] :
         {std::pair{"certificate", &files.certificate}, {"key", &files.key}})
      if (value->empty()) mistake(node, key + "." + name, "is missing: it names a file in PEM");
  }
  void read_tls_certificate(const toml::node& node, const std::string& key) {
    out_.tls->back().certificate = text(node, key).value_or("?");
  }
  void read_tls_key(const toml::node& node, const std::string& key) {
    out_.tls->back().key = text(node, key).value_or("?");
  }

  void read_prefix(const toml::node& node, const std::string& key) {
    out_.prefix = text(node, key);
  }

  void read_ignore(const toml::node& node, const std::string& key) {
    std::vector<std::string> globs;
    each_text(node, key, [&](const toml::node& element, const std::string& pattern) {
      const auto glob = Glob::create(pattern);
      if (!glob) return mistake(element, key, glob.error().to_string());
      globs.push_back(pattern);
    });
    out_.ignore = std::move(globs);
  }

  void read_cors(const toml::node& node, const std::string& key) {
    std::vector<std::string> origins;
    each_text(node, key, [&](const toml::node& element, const std::string& value) {
      auto origin = parse_origin(value);
      if (!origin)
        return mistake(element, key,
                       fmt::format("'{}' is no origin: write \"https://example.com\", without a "
                                   "path, or \"*\"",
                                   value));
      origins.push_back(*std::move(origin));
    });
    out_.cors = std::move(origins);
  }

  void read_max_body(const toml::node& node, const std::string& key) {
    read_size(node, key, out_.max_body.emplace());
  }
  void read_image_memory(const toml::node& node, const std::string& key) {
    read_size(node, key, out_.image_memory.emplace());
  }
  void read_guest_memory(const toml::node& node, const std::string& key) {
    read_size(node, key, out_.guest_memory.emplace());
  }
  void read_cache_memory(const toml::node& node, const std::string& key) {
    read_size(node, key, out_.cache_memory.emplace());
  }
  void read_cache_entry_size(const toml::node& node, const std::string& key) {
    read_size(node, key, out_.cache_entry_size.emplace());
  }
  void read_cache_entries(const toml::node& node, const std::string& key) {
    const auto entries = number(node, kMostCacheEntries);
    if (!entries)
      return mistake(node, key, fmt::format("must be a number from 0 to {}", kMostCacheEntries));
    out_.cache_entries = static_cast<std::uint64_t>(*entries);
  }

  void read_max_sockets(const toml::node& node, const std::string& key) {
    const auto sockets = number(node, INT64_MAX);
    if (!sockets) return mistake(node, key, "must be a number of WebSockets; 0 for any");
    out_.max_sockets = static_cast<std::uint64_t>(*sockets);
  }

  // A table whose keys are the names of bounds.
  void read_bounds(const toml::node& node, const std::string& key) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return wrong_type(node, key, "a table");
    for (auto&& [name, value] : *table) {
      const std::string full = key + "." + std::string(name.str());
      BoundSetting bound{std::string(name.str()), amount(value)};
      Bounds tried;
      if (const auto set = set_bound(tried, bound.name, bound.value); !set)
        mistake(line_of(name.source()), full, set.error().message());
      else
        out_.bounds.push_back(std::move(bound));
    }
  }

  void read_compression(const toml::node& node, const std::string& key) {
    const auto value = text(node, key);
    if (!value) return;
    const auto compression = parse_compression(*value);
    if (!compression) return mistake(node, key, compression.error().message());
    out_.compression = *compression;
  }

  void read_threads(const toml::node& node, const std::string& key) {
    const auto threads = number(node, kMostThreads);
    if (!threads)
      return mistake(node, key,
                     fmt::format("must be a number from 0 (one a core) to {}", kMostThreads));
    out_.threads = static_cast<unsigned>(*threads);
  }

  void read_fresh_instances(const toml::node& node, const std::string& key) {
    read_bool(node, key, out_.fresh_instances.emplace());
  }

  void read_log_level(const toml::node& node, const std::string& key) {
    const auto value = text(node, key);
    if (!value) return;
    const auto level = observe::parse_level(*value);
    if (!level) return mistake(node, key, level.error().message());
    out_.log_level = *level;
  }

  void read_log_format(const toml::node& node, const std::string& key) {
    const auto value = text(node, key);
    if (!value) return;
    if (*value == "text")
      out_.log_format = observe::LogFormat::Text;
    else if (*value == "json")
      out_.log_format = observe::LogFormat::Json;
    else if (*value == "pretty")
      out_.log_format = observe::LogFormat::Pretty;
    else
      mistake(node, key, "must be \"text\", \"json\" or \"pretty\"");
  }

  void read_access_log(const toml::node& node, const std::string& key) {
    out_.access_log = text(node, key);
    if (out_.access_log && *out_.access_log != "-")
      mistake(node, key,
              "must be \"-\", standard output: a file is chosen by whoever starts the server, with "
              "the flag --access-log");
  }

  void read_access_log_format(const toml::node& node, const std::string& key) {
    const auto value = text(node, key);
    if (!value) return;
    if (*value != "combined" && *value != "json")
      return mistake(node, key, "must be \"combined\" or \"json\"");
    out_.access_log_format =
        *value == "json" ? observe::AccessFormat::Json : observe::AccessFormat::Combined;
  }

  void leave(const toml::node&, const std::string&) {}

  // A project that comes from somebody else must not choose this.
  void refuse(const toml::node& node, const std::string& key) {
    std::string flag = key;
    std::ranges::replace(flag, '_', '-');
    mistake(node, key,
            fmt::format("is for whoever starts the server, not for the project: use the flag --{}",
                        flag));
  }

  static std::optional<std::int64_t> number(const toml::node& node, std::int64_t most) {
    const auto value = node.value_exact<std::int64_t>();
    return value && *value >= 0 && *value <= most ? value : std::nullopt;
  }

  static constexpr Field kRoot[] = {
      {"host", &SettingsReader::read_host},
      {"port", &SettingsReader::read_port},
      {"listen", &SettingsReader::read_listen},
      {"tls", &SettingsReader::read_tls},
      {"redirect_https", &SettingsReader::read_redirect_https},
      {"trusted_proxies", &SettingsReader::read_trusted_proxies},
      {"proxy_protocol", &SettingsReader::read_proxy_protocol},
      {"prefix", &SettingsReader::read_prefix},
      {"ignore", &SettingsReader::read_ignore},
      {"cors", &SettingsReader::read_cors},
      {"max_body", &SettingsReader::read_max_body},
      {"max_sockets", &SettingsReader::read_max_sockets},
      {"bounds", &SettingsReader::read_bounds},
      {"compression", &SettingsReader::read_compression},
      {"threads", &SettingsReader::read_threads},
      {"image_memory", &SettingsReader::read_image_memory},
      {"guest_memory", &SettingsReader::read_guest_memory},
      {"cache_memory", &SettingsReader::read_cache_memory},
      {"cache_entry_size", &SettingsReader::read_cache_entry_size},
      {"cache_entries", &SettingsReader::read_cache_entries},
      {"fresh_instances", &SettingsReader::read_fresh_instances},
      {"admin_port", &SettingsReader::read_admin_port},
      {"log_level", &SettingsReader::read_log_level},
      {"log_format", &SettingsReader::read_log_format},
      {"access_log", &SettingsReader::read_access_log},
      {"access_log_format", &SettingsReader::read_access_log_format},
      {"vars", &SettingsReader::leave},
      {"limits", &SettingsReader::leave},
      {"features", &SettingsReader::leave},
      {"allow_outside_folders", &SettingsReader::refuse},
      {"enable_panel", &SettingsReader::refuse},
      {"admin_host", &SettingsReader::refuse},
      {"admin_token_file", &SettingsReader::refuse},
      {"git_branch", &SettingsReader::refuse},
      {"git_tag", &SettingsReader::refuse},
      {"git_commit", &SettingsReader::refuse},
      {"git_folder", &SettingsReader::refuse},
  };

  ServerSettings& out_;
};

// "python 3.12 (.py)" of each entry of [[repositories.runtimes]].
std::vector<std::string> runtimes_of(const toml::table& root) {
  std::vector<std::string> names;
  const toml::array* repositories = root["repositories"].as_array();
  if (repositories == nullptr) return names;
  for (const toml::node& repository : *repositories) {
    const toml::table* table = repository.as_table();
    const toml::array* runtimes = table == nullptr ? nullptr : (*table)["runtimes"].as_array();
    if (runtimes == nullptr) continue;
    for (const toml::node& runtime : *runtimes) {
      const toml::table* one = runtime.as_table();
      if (one == nullptr) continue;
      std::string name = (*one)["name"].value_or<std::string>("a runtime without a name");
      if (const auto version = (*one)["version"].value<std::string>()) name += " " + *version;
      names.push_back(std::move(name));
    }
  }
  return names;
}

// What the original's .wws.toml asks for and does not get.
Mistake explain_runtimes(std::string file, std::string_view text) {
  constexpr std::string_view kWhy =
      "it is ignored: it lists language runtimes (Python, Ruby), and workers in those languages "
      "are not there yet";
  const auto root = parse_toml(file, text);
  if (!root) {
    Mistake mistake = root.error().front();
    mistake.what = fmt::format("{}; {}", mistake.what, kWhy);
    return mistake;
  }
  const auto names = runtimes_of(*root);
  if (names.empty()) return {std::move(file), 0, "", std::string(kWhy)};
  return {std::move(file), 0, "",
          fmt::format("{}: {} will not run; settings of the server belong into wws.toml", kWhy,
                      fmt::join(names, ", "))};
}

Environment with_dotenv(Environment process,
                        std::map<std::string, std::string, std::less<>> variables) {
  const auto shared = std::make_shared<const decltype(variables)>(std::move(variables));
  return
      [process = std::move(process), shared](std::string_view name) -> std::optional<std::string> {
        if (auto value = process(name)) return value;
        const auto found = shared->find(name);
        return found == shared->end() ? std::nullopt : std::optional(found->second);
      };
}

}  // namespace

Result<Compression> parse_compression(std::string_view text) {
  if (text == "all") return Compression::All;
  if (text == "files") return Compression::Files;
  if (text == "off") return Compression::Off;
  return fail(ErrorKind::Invalid, "must be \"all\", \"files\" (of `public` only) or \"off\"");
}

Mistakes parse_settings(std::string_view file, std::string_view text, Settings& settings) {
  const auto root = parse_toml(file, text);
  if (!root) return root.error();
  Mistakes mistakes = SettingsReader(file, settings.server).read(*root);
  auto workers = parse_worker_defaults(file, text, settings.environment);
  if (workers)
    settings.workers = *std::move(workers);
  else
    mistakes.insert(mistakes.end(), workers.error().begin(), workers.error().end());
  std::ranges::sort(mistakes, {}, [](const Mistake& m) { return std::tie(m.line, m.key); });
  return mistakes;
}

std::expected<Settings, Mistakes> read_settings(const fs::path& given, Environment environment) {
  Settings settings;
  Mistakes mistakes;
  std::error_code error;
  const fs::path root = fs::canonical(given, error);
  if (error) {
    settings.environment = std::move(environment);
    return settings;
  }
  const ProjectFileReader files(root);
  const auto env = files.read(".env", settings.warnings);
  Dotenv variables = parse_dotenv(".env", env.value_or(""));
  settings.warnings.insert(settings.warnings.end(), variables.mistakes.begin(),
                           variables.mistakes.end());
  settings.environment = with_dotenv(std::move(environment), std::move(variables.variables));
  if (const auto text = files.read("wws.toml", mistakes)) {
    Mistakes found = parse_settings("wws.toml", *text, settings);
    mistakes.insert(mistakes.end(), found.begin(), found.end());
    if (settings.server.tls)
      for (TlsFiles& pair : *settings.server.tls) {
        pair.certificate = root / pair.certificate;
        pair.key = root / pair.key;
      }
  }
  if (const auto text = files.read(".wwsignore", mistakes)) {
    Mistakes found = settings.ignored.add_file(".wwsignore", *text);
    mistakes.insert(mistakes.end(), found.begin(), found.end());
  }
  if (const auto text = files.read(".wws.toml", settings.warnings))
    settings.warnings.push_back(explain_runtimes(".wws.toml", *text));
  if (!mistakes.empty()) return std::unexpected(std::move(mistakes));
  return settings;
}

}  // namespace wws::config
