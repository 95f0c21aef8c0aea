#include "cli/options.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "cli/version.h"
#include "config/listen.h"
#include "config/origin.h"
#include "config/units.h"
#include "io/memory.h"

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

// For CLI11: empty, or what is wrong.
std::string check_origin(const std::string& text) {
  if (config::parse_origin(text)) return {};
  return "'" + text + "' is no origin: write https://example.com, without a path, or '*'";
}

std::string check_listen(const std::string& text) {
  return config::parse_listen(text) ? std::string() : config::not_an_address(text);
}

std::string check_size(const std::string& text) {
  if (config::parse_size(text)) return {};
  return "'" + text + "' is not a size: write 1048576, 512KiB or 10MB";
}

std::string check_port(const std::string& text) {
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && text.size() <= 5 && std::stoi(text) <= 65535) return {};
  return "'" + text + "' is no port: write a number from 1 to 65535, or 0 for any free one";
}

std::string check_bound(const std::string& text) {
  const auto bound = config::parse_bound(text);
  return bound ? std::string() : bound.error().message();
}

std::string check_path(const std::string& text) {
  if (!text.empty()) return {};
  return "the folder's name is empty: write '.' for this one";
}

// Options of a run of `wws new`.
std::variant<Options, Exit> parse_new(int argc, const char* const* argv) {
  Options options;
  options.command = Command::New;
  options.template_name = "js";
  CLI::App app{"Makes a project that runs. Nothing that is there already is written over.",
               "wws new"};
  app.add_option("DIR", options.path, "The folder to make it in; created if it is not there")
      ->capture_default_str()
      ->check(check_path);
  app.add_option("-t,--template", options.template_name, "js, ts, hono, c or rust")
      ->capture_default_str()
      ->check(CLI::IsMember({"js", "ts", "hono", "c", "rust"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = 0;
    std::string text = exit_text(app, error, code);
    return Exit{code, std::move(text)};
  }
  return options;
}

Command command_of(std::string_view word) {
  if (word == "dev") return Command::Develop;
  if (word == "check") return Command::Check;
  return word == "new" ? Command::New : Command::Serve;
}

// What the help says first, and the program's name in it.
std::pair<const char*, const char*> title_of(Command command) {
  switch (command) {
    case Command::Develop:
      return {
          "Serves a folder to whoever writes it: what is saved is served at once, pages in the "
          "browser reload, and failures have a page that shows where",
          "wws dev"};
    case Command::Check:
      return {
          "Loads every worker and reports every mistake as file:line: what is wrong; exits with "
          "1 if there is one. Nothing is served.",
          "wws check"};
    default:
      return {
          "A self-contained server that turns a folder into a web application of sandboxed "
          "workers",
          "wws"};
  }
}

constexpr char kCommands[] =
    "Commands:\n"
    "  wws dev [PATH]    serve while you write: reload on save, error pages\n"
    "  wws check [PATH]  report every mistake without serving, for CI\n"
    "  wws new [DIR]     make a project: --template js, ts, hono, c or rust\n"
    "A command is the first word; a folder of that name is served by `wws ./dev`.\n"
    "SIGHUP makes a running server read its project again; SIGUSR2 starts this program anew, "
    "which\n"
    "takes over what it listens on.";

// Flags that are texts until all of them are there.
struct Texts {
  std::string max_body = "10MiB";
  std::vector<std::string> bounds;
  std::string image_memory = "128MiB";
  std::string guest_memory;
  std::string cache_memory = "64MiB";
  std::string cache_entry_size = "8MiB";
  std::string compression = "all";
  std::string log_level = "info";
  std::string log_format = "text";
  std::string access_format = "combined";
};

// A flag that takes one value each time.
CLI::Option* add_list(CLI::App& app, const char* flag, std::vector<std::string>& list,
                      const char* help) {
  return app.add_option(flag, list, help)->expected(1)->allow_extra_args(false)->take_all();
}

CLI::Option* add_size(CLI::App& app, const char* flag, std::string& text, const char* help) {
  return app.add_option(flag, text, help)->capture_default_str()->check(check_size);
}

void add_listening(CLI::App& app, Options& options) {
  app.add_option("--host", options.host, "Address to listen on")->capture_default_str();
  app.add_option("-p,--port", options.port, "Port to listen on; 0 takes any free one")
      ->capture_default_str()
      ->check(check_port);
  app.add_flag("--watch", options.watch, "Read the project again whenever its files change");
  add_list(app, "--listen", options.listen,
           "Address to listen on: 0.0.0.0:8080, [::1]:8080, https://0.0.0.0:443, "
           "unix:/run/wws.sock; may be repeated, and --host and --port add one")
      ->check(check_listen);
  auto* const certificate =
      add_list(app, "--tls-cert", options.tls_certificates,
               "Certificate chain in PEM, for HTTPS; may be repeated, each with its --tls-key: "
               "clients choose by name, the first is for all others");
  add_list(app, "--tls-key", options.tls_keys, "Private key in PEM of the --tls-cert before it")
      ->needs(certificate);
  app.add_option("--redirect-https", options.redirect_https,
                 "Port where plain HTTP is sent on to HTTPS; 0 takes any free one")
      ->check(check_port);
  add_list(app, "--trusted-proxy", options.trusted_proxies,
           "Network whose Forwarded and X-Forwarded-* fields are believed, 10.0.0.0/8 or 'unix'; "
           "may be repeated");
  app.add_flag("--proxy-protocol", options.proxy_protocol,
               "Connections of trusted proxies begin with a PROXY header, version 2");
}

void add_what_is_served(CLI::App& app, Options& options) {
  app.add_option("--prefix", options.prefix, "Put all URLs below this path");
  app.add_option("--git-branch", options.git_branch,
                 "Branch of a git repository; without one, the remote's own choice");
  app.add_option("--git-tag", options.git_tag, "Tag of a git repository");
  app.add_option("--git-commit", options.git_commit,
                 "Commit of a git repository: its id or the first digits");
  app.add_option("--git-folder", options.git_folder, "Serve only this folder of a git repository");
  add_list(app, "--ignore", options.ignore,
           "Glob of files that are no workers, relative to the folder; may be repeated");
  app.add_flag("--allow-outside-folders", options.allow_outside_folders,
               "Let [[folders]] of workers and a linked `public` lie outside of the folder that is "
               "served");
  add_list(app, "--cors", options.cors,
           "Origin whose pages may read the answers, or '*'; may be repeated")
      ->check(check_origin);
}

void add_bounds(CLI::App& app, Options& options, Texts& texts) {
  add_size(app, "--max-body", texts.max_body, "Largest request body, \"10MiB\"; 0 for any");
  app.add_option("--max-sockets", options.max_sockets,
                 "WebSockets at once; they get half of the sandboxes at most, and 0 for as many")
      ->capture_default_str();
  add_list(app, "--bound", texts.bounds,
           "Bound of connections and of what waits: connections=5000, head_time=5s, queue=100 and "
           "others (docs/settings.md); may be repeated")
      ->check(check_bound);
  app.add_option("--compression", texts.compression,
                 "What is compressed for clients that accept it: all, files (of `public`) or off")
      ->capture_default_str()
      ->check(CLI::IsMember({"all", "files", "off"}));
  app.add_option("--threads", options.threads, "Event loops; 0 for one a core")
      ->capture_default_str()
      ->check(CLI::Range(0u, config::kMostThreads));
}

void add_memory(CLI::App& app, Options& options, Texts& texts) {
  add_size(app, "--image-memory", texts.image_memory,
           "Memory for loaded workers, \"128MiB\"; past it the one used least recently is loaded "
           "anew when it is asked for; 0 for any");
  app.add_option("--guest-memory", texts.guest_memory,
                 "Memory for all requests that run, together; while it is used up others wait; "
                 "if not given half of the machine's or control group's; 0 for any")
      ->check(check_size);
  add_size(app, "--cache-memory", texts.cache_memory,
           "Memory for what workers keep in `caches`; past it what was not used lately goes; 0 for "
           "none");
  add_size(app, "--cache-entry-size", texts.cache_entry_size, "Largest response kept in `caches`");
  app.add_option("--cache-entries", options.cache.entries, "Most responses kept in `caches`")
      ->capture_default_str()
      ->check(CLI::Range(0u, config::kMostCacheEntries));
  app.add_flag("--fresh-instances", options.fresh_instances,
               "Make a new instance for every request instead of restoring a kept one (slower)");
}

void add_panel(CLI::App& app, Options& options) {
  auto* const panel =
      app.add_flag("--enable-panel", options.enable_panel,
                   "Serve the admin panel, its API and /metrics on a listener of their own");
  app.add_option("--admin-host", options.admin_host,
                 "Address of the admin panel; other than loopback needs a token")
      ->capture_default_str()
      ->needs(panel);
  app.add_option("--admin-port", options.admin_port,
                 "Port of the admin panel; 0 takes any free one")
      ->capture_default_str()
      ->check(check_port)
      ->needs(panel);
  app.add_option("--admin-token-file", options.admin_token_file,
                 "File with the token that the admin panel asks for; or set WWS_ADMIN_TOKEN")
      ->needs(panel);
}

void add_logs(CLI::App& app, Options& options, Texts& texts) {
  app.add_option("-l,--log-level", texts.log_level, "off, error, warn, info, debug or trace")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const auto level = observe::parse_level(text);
        return level ? std::string() : level.error().message();
      });
  app.add_option("--log-format", texts.log_format, "text, json or pretty")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json", "pretty"}));
  app.add_option("--access-log", options.access_log,
                 "File that gets a line for each request; '-' is standard output");
  app.add_option("--access-log-format", texts.access_format, "combined or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"combined", "json"}));
}

// All flags, in the order of the help.
void add_flags(CLI::App& app, Options& options, Texts& texts) {
  app.set_version_flag("-V,--version", std::string("wws ") + kVersion);
  app.add_option("PATH", options.path,
                 "The folder to serve, or a git repository: https://host/name.git")
      ->capture_default_str()
      ->check(check_path);
  add_listening(app, options);
  add_what_is_served(app, options);
  add_bounds(app, options, texts);
  add_memory(app, options, texts);
  add_panel(app, options);
  app.add_flag("--licenses", options.licenses,
               "Print the licences of everything inside this program and exit");
  add_logs(app, options, texts);
  app.add_flag("-i,--install-runtimes", options.install_runtimes,
               "Nothing: language runtimes are not there yet");
}

// Each was checked when it was parsed.
void take_texts(Options& options, const Texts& texts) {
  options.max_body = config::parse_size(texts.max_body).value_or(0);
  for (const std::string& text : texts.bounds)
    if (auto bound = config::parse_bound(text)) options.bound_flags.push_back(*std::move(bound));
  config::apply(options.bounds, options.bound_flags);
  options.image_memory = config::parse_size(texts.image_memory).value_or(0);
  options.guest_memory = texts.guest_memory.empty()
                             ? io::available_memory() / 2
                             : config::parse_size(texts.guest_memory).value_or(0);
  options.cache.bytes = config::parse_size(texts.cache_memory).value_or(0);
  options.cache.entry_bytes = config::parse_size(texts.cache_entry_size).value_or(0);
  options.compression =
      config::parse_compression(texts.compression).value_or(config::Compression::All);
  options.log_level = observe::parse_level(texts.log_level).value_or(observe::Level::Info);
  options.log_format = texts.log_format == "json"     ? observe::LogFormat::Json
                       : texts.log_format == "pretty" ? observe::LogFormat::Pretty
                                                      : observe::LogFormat::Text;
  options.access_format =
      texts.access_format == "json" ? observe::AccessFormat::Json : observe::AccessFormat::Combined;
}

template <typename T, typename U>
void take(const Options& options, const char* flag, const std::optional<T>& setting, U& value) {
  if (setting && !options.given.contains(flag)) value = *setting;
}

}  // namespace

std::variant<Options, Exit> parse_options(int argc, const char* const* argv) {
  Options options;
  options.command = argc > 1 ? command_of(argv[1]) : Command::Serve;
  if (options.command != Command::Serve) {
    --argc;
    ++argv;
  }
  if (options.command == Command::New) return parse_new(argc, argv);
  Texts texts;
  if (options.command == Command::Develop) texts.log_format = "pretty";
  const auto [title, name] = title_of(options.command);
  CLI::App app{title, name};
  if (options.command == Command::Serve) app.footer(kCommands);
  add_flags(app, options, texts);
  const CLI::App* runtimes =
      app.add_subcommand("runtimes", "Nothing: language runtimes are not there yet")
          ->prefix_command();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    int code = 0;
    std::string text = exit_text(app, error, code);
    return Exit{code, std::move(text)};
  }
  if (runtimes->parsed())
    return Exit{2,
                "wws runtimes: workers in Python and Ruby are not there yet, so there are no "
                "language runtimes to manage\n"};
  for (const CLI::Option* option : app.get_options())
    if (option->count() > 0) options.given.insert(option->get_name());
  options.address_given = options.given.contains("--host") || options.given.contains("--port");
  if (options.tls_certificates.size() != options.tls_keys.size())
    return Exit{2,
                "--tls-cert and --tls-key come in pairs: write one --tls-key for each "
                "--tls-cert, in the same order\n"};
  for (std::string& origin : options.cors) origin = config::parse_origin(origin).value_or(origin);
  take_texts(options, texts);
  if (options.command == Command::Develop) {
    options.watch = true;
    // What the project's settings say of these is meant for production.
    options.given.insert("--host");
    options.given.insert("--log-format");
  }
  return options;
}

void apply_settings(Options& options, const config::ServerSettings& settings) {
  take(options, "--host", settings.host, options.host);
  take(options, "--port", settings.port, options.port);
  if (settings.host || settings.port) options.address_given = true;
  take(options, "--listen", settings.listen, options.listen);
  if (settings.tls && !options.given.contains("--tls-cert"))
    for (const config::TlsFiles& pair : *settings.tls) {
      options.tls_certificates.push_back(pair.certificate);
      options.tls_keys.push_back(pair.key);
    }
  take(options, "--redirect-https", settings.redirect_https, options.redirect_https);
  take(options, "--trusted-proxy", settings.trusted_proxies, options.trusted_proxies);
  take(options, "--proxy-protocol", settings.proxy_protocol, options.proxy_protocol);
  take(options, "--prefix", settings.prefix, options.prefix);
  take(options, "--ignore", settings.ignore, options.ignore);
  take(options, "--cors", settings.cors, options.cors);
  take(options, "--max-body", settings.max_body, options.max_body);
  take(options, "--max-sockets", settings.max_sockets, options.max_sockets);
  config::apply(options.bounds, settings.bounds);
  config::apply(options.bounds, options.bound_flags);
  take(options, "--compression", settings.compression, options.compression);
  take(options, "--threads", settings.threads, options.threads);
  take(options, "--image-memory", settings.image_memory, options.image_memory);
  take(options, "--guest-memory", settings.guest_memory, options.guest_memory);
  take(options, "--cache-memory", settings.cache_memory, options.cache.bytes);
  take(options, "--cache-entry-size", settings.cache_entry_size, options.cache.entry_bytes);
  take(options, "--cache-entries", settings.cache_entries, options.cache.entries);
  take(options, "--fresh-instances", settings.fresh_instances, options.fresh_instances);
  take(options, "--admin-port", settings.admin_port, options.admin_port);
  take(options, "--log-level", settings.log_level, options.log_level);
  take(options, "--log-format", settings.log_format, options.log_format);
  take(options, "--access-log", settings.access_log, options.access_log);
  take(options, "--access-log-format", settings.access_log_format, options.access_format);
}

}  // namespace wws::cli
