// wws: the only place that chooses implementations and wires them.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "abi/js/guest_host.h"
#include "admin/admin.h"
#include "base/read_file.h"
#include "cli/embedded_bundler.h"
#include "cli/embedded_engine.h"
#include "cli/embedded_licenses.h"
#include "cli/embedded_panel.h"
#include "cli/listing.h"
#include "cli/options.h"
#include "cli/project_place.h"
#include "cli/site_builder.h"
#include "cli/version.h"
#include "config/project.h"
#include "config/settings.h"
#include "git/location.h"
#include "io/cores.h"
#include "observe/log_ring.h"
#include "observe/metrics.h"
#include "server/server.h"

namespace {

using namespace wws;  // NOLINT: this file wires every room

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// $XDG_CACHE_HOME/wws or ~/.cache/wws; nothing where neither is an absolute path
// (https://specifications.freedesktop.org/basedir-spec/latest/).
std::optional<std::filesystem::path> cache_folder() {
  for (const auto& [variable, below] :
       {std::pair{"XDG_CACHE_HOME", "wws"}, {"HOME", ".cache/wws"}}) {
    const std::filesystem::path root = environment(variable).value_or("");
    if (root.is_absolute()) return root / below;
  }
  return std::nullopt;
}

// OpenSSL inside of this program looks where Debian keeps certificates; other systems keep theirs
// elsewhere. Before there are threads.
void find_certificates() {
  if (environment("SSL_CERT_FILE") || environment("SSL_CERT_DIR")) return;
  for (const char* file : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (access(file, R_OK) != 0) continue;
    setenv("SSL_CERT_FILE", file, 1);
    return;
  }
}

// A server holds many sockets: take what the system allows without asking for more.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string shown_host(const std::string& host) {
  const bool v6 = host.find(':') != std::string::npos && host.front() != '[';
  return v6 ? "[" + host + "]" : host;
}

// What is wrong with the project or with workers, on stderr; the server serves the rest.
void print_problems(const cli::Options& options, const config::Mistakes& warnings,
                    const cli::BuiltSite& built, const std::vector<std::string>& failures,
                    const config::Project& project) {
  const auto tell = [](std::string_view sign, const std::string& text) {
    fmt::print(stderr, "{} {}\n", sign, cli::printable(text));
  };
  const std::size_t routes = built.site.router.routes().size();
  if (routes == 0)
    fmt::print(stderr, "⚠️  no workers found in {}: create an index.js there\n",
               project.root.string());
  if (options.install_runtimes)
    fmt::print(stderr,
               "⚠️  --install-runtimes: language runtimes (Python, Ruby) are not there yet, "
               "so nothing is installed\n");
  for (const auto& warning : warnings) tell("⚠️ ", warning.to_string());
  for (const auto& mistake : built.mistakes) tell("⚠️ ", mistake.to_string());
  for (const auto& broken : built.broken) tell("❌", broken);
  for (const auto& failure : failures) tell("❌", failure);
  if (const auto count = built.broken.size() + failures.size(); count > 0)
    fmt::print(stderr, "❌ {} of {} workers answer 500 until this is mended\n", count, routes);
}

// SIGINT and SIGTERM end the server gracefully; a second one cuts what still runs.
class StopOnSignal final {
 public:
  explicit StopOnSignal(server::Server& server)
      : server_(server), signals_(loop_, SIGINT, SIGTERM) {
    wait();
    thread_ = std::jthread([this] { loop_.run(); });
  }
  ~StopOnSignal() { loop_.stop(); }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      server_.stop();
      wait();
    });
  }

  server::Server& server_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_;
  std::jthread thread_;
};

int print_licenses() {
  const std::string_view text = cli::embedded_licenses();
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? 0 : 1;
}

int fail_with(std::string_view what) {
  fmt::print(stderr, "❌ {}\n", what);
  return 1;
}

// Every mistake on a line of its own.
int refuse_settings(const config::Mistakes& mistakes) {
  fmt::print(stderr, "❌ The project's settings are wrong, so nothing is served:\n");
  for (const auto& mistake : mistakes)
    fmt::print(stderr, "      {}\n", cli::printable(mistake.to_string()));
  return 1;
}

// What --enable-panel needs to remember of the server; nothing of it is there without.
struct Watching {
  explicit Watching(std::size_t workers) : metrics(workers) {}
  observe::Metrics metrics;
  // After the server: see Admin::stop().
  std::unique_ptr<admin::Admin> admin;
};

constexpr std::uint64_t kMaxTokenFile = 4096;

// Of the file, without its last line's end, or of the environment; "" for none.
Result<std::string> admin_token(const cli::Options& options) {
  if (options.admin_token_file.empty()) return environment("WWS_ADMIN_TOKEN").value_or("");
  WWS_TRY(std::string token, read_file(options.admin_token_file, kMaxTokenFile));
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  if (token.empty())
    return fail(ErrorKind::Invalid, options.admin_token_file + ": there is no token in it");
  return token;
}

Result<std::unique_ptr<admin::Admin>> open_admin(const cli::Options& options,
                                                 admin::Sources sources) {
  WWS_TRY(std::string token, admin_token(options));
  return admin::make_admin({{options.admin_host, options.admin_port}, std::move(token)},
                           std::move(sources));
}

server::ServerOptions server_options(const cli::Options& options, const cli::BuiltSite& built) {
  server::ServerOptions settings;
  settings.address = {options.host, options.port};
  settings.limits.max_body_bytes = built.largest_body;
  settings.loops = options.threads != 0 ? options.threads : io::available_cores();
  // Each instance reserves 4 GiB of address space and some mappings, of which a process has 65 000.
  settings.pool.max_instances = std::clamp(4096 / settings.loops, 64u, 1024u);
  settings.pool.max_per_image = settings.pool.max_instances / 4 * 3;
  return settings;
}

// Redrawn on a terminal, silent in a file.
void show_progress(const git::Progress& progress) {
  if (isatty(STDOUT_FILENO) == 0 || progress.total == 0) return;
  std::printf("\r    %u of %u objects, %llu KiB%s", progress.received, progress.total,
              static_cast<unsigned long long>(progress.bytes >> 10),
              progress.received == progress.total ? "\n" : "");
  std::fflush(stdout);
}

Result<cli::ProjectPlace> find_project(const cli::Options& options) {
  const auto say = [](const std::string& line) {
    fmt::print("    {}\n", line);
    std::fflush(stdout);
  };
  WWS_TRY(cli::ProjectPlace place, cli::find_project(options, cache_folder(), say, show_progress));
  if (place.checkout) say(fmt::format("commit {}", place.checkout->commit()));
  for (const auto& warning : place.warnings) fmt::print(stderr, "⚠️  {}\n", warning);
  return place;
}

Result<config::Project> read_project(const std::filesystem::path& folder,
                                     const cli::Options& options, config::Settings& wanted) {
  return config::read_project(folder,
                              {.ignore = options.ignore,
                               .ignored = std::move(wanted.ignored),
                               .allow_outside_folders = options.allow_outside_folders,
                               .defaults = std::move(wanted.workers)},
                              wanted.environment);
}

wasm::RuntimeOptions runtime_options(const cli::Options& options) {
  const auto cache = cache_folder();
  return {.restore = options.fresh_instances ? wasm::RestoreMode::Fresh : wasm::RestoreMode::Auto,
          .cache_folder = cache ? *cache / "modules" : std::filesystem::path()};
}

bundler::BundlerOptions bundler_options(const std::filesystem::path& root) {
  const auto cache = cache_folder();
  return {.root = root,
          .cache_folder = cache ? *cache / "bundles" : std::filesystem::path(),
          .kit = cli::embedded_bundler()};
}

// What could not be loaded so far.
std::vector<std::string> load_workers(server::Server& server, const io::Clock& clock,
                                      std::size_t routes) {
  fmt::print("⏳ Loading workers from {} routes...\n", routes);
  const auto began = clock.monotonic();
  auto failures = server.preload();
  fmt::print("✅ Workers loaded in {:.6f}ms.\n",
             static_cast<double>((clock.monotonic() - began).count()) / 1e6);
  return failures;
}

void print_routes(const cli::Options& options, const router::Router& router,
                  const std::filesystem::path& root, const std::string& base) {
  const auto length =
      options.log_level <= observe::Level::Debug ? cli::ListLength::All : cli::ListLength::Readable;
  fmt::print("{}", cli::route_list(router, root, base, length));
}

int run_until_stopped(server::Server& server, admin::Admin* admin, const std::string& base,
                      observe::Log& log) {
  StopOnSignal stop(server);
  if (admin != nullptr) admin->start();
  fmt::print("🚀 Start serving requests at {}\n\n", base);
  std::fflush(stdout);
  const auto ended = server.run();
  if (admin != nullptr) admin->stop();
  if (ended == server::Server::Ended::Cleanly) return 0;
  log.warn("work that cannot be interrupted was left at shutdown");
  std::fflush(nullptr);
  std::_Exit(0);
}

int serve(cli::Options options) {
  fmt::print("⚙️  Preparing the project from: {}\n", git::shown(options.path));
  std::fflush(stdout);
  const auto place = find_project(options);
  if (!place)
    return fail_with(
        fmt::format("There was an error preparing the project: {}", place.error().to_string()));
  auto wanted = config::read_settings(place->folder, environment);
  if (!wanted) return refuse_settings(wanted.error());
  cli::apply_settings(options, wanted->server);
  const auto to_stderr = observe::make_stderr_log(options.log_level, options.log_format);
  io::SystemClock clock;
  const auto started = clock.realtime();
  observe::LogRing ring(*to_stderr, clock);
  observe::Log* const log = options.enable_panel ? &ring : to_stderr.get();
  io::SystemRandom random;
  auto project = read_project(place->folder, options, *wanted);
  if (!project)
    return fail_with(
        fmt::format("There was an error preparing the project: {}", project.error().to_string()));

  fmt::print("⚙️  Loading routes from: {}\n", project->root.string());
  auto runtime = wasm::make_runtime(runtime_options(options), clock, *log);
  if (!runtime) return fail_with(runtime.error().to_string());
  auto engine = (*runtime)->load_bundle(cli::embedded_engine(), abi::js::host_functions());
  if (!engine) return fail_with(engine.error().to_string());
  bundler::Bundler bundler(bundler_options(project->root), **runtime, clock, random, *log);
  worker::JsRuntime js(*engine, bundler);
  worker::WasmRuntime wasm(**runtime);
  worker::ImageBudget images(options.image_memory);
  bindings::KvStore kv;

  auto built = cli::build_site(
      *project, {options.prefix, options.cors, options.max_body, js, wasm, images, clock});
  if (!built) return fail_with(built.error().to_string());
  const server::Site& site = built->site;

  const server::ServerOptions settings = server_options(options, *built);
  std::optional<Watching> watching;
  if (options.enable_panel) watching.emplace(site.workers.size());
  auto server = server::make_server(settings, {site, **runtime, images, kv, clock, random, *log,
                                               watching ? &watching->metrics : nullptr});
  if (!server) return fail_with(server.error().to_string());
  const std::string base = fmt::format("http://{}:{}", shown_host(options.host), (*server)->port());

  if (watching) {
    auto admin = open_admin(options, {site,
                                      **server,
                                      **runtime,
                                      watching->metrics,
                                      ring,
                                      *log,
                                      clock,
                                      cli::embedded_panel(),
                                      {cli::kVersion, project->root.string(), base, settings.loops,
                                       site.files != nullptr, started}});
    if (!admin) return fail_with(admin.error().to_string());
    watching->admin = std::move(*admin);
  }

  const auto failures = load_workers(**server, clock, site.router.routes().size());
  print_routes(options, site.router, project->root, base);
  if (watching)
    fmt::print("🎛️  The admin panel is available at http://{}:{}/_panel/\n",
               shown_host(options.admin_host), watching->admin->port());
  std::fflush(stdout);
  print_problems(options, wanted->warnings, *built, failures, *project);
  return run_until_stopped(**server, watching ? watching->admin.get() : nullptr, base, *log);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  // A worker that writes past the process's file size limit gets an error, not the server's end.
  std::signal(SIGXFSZ, SIG_IGN);
  auto parsed = cli::parse_options(argc, argv);
  if (const auto* exit = std::get_if<cli::Exit>(&parsed)) {
    std::fputs(exit->text.c_str(), exit->code == 0 ? stdout : stderr);
    return exit->code;
  }
  if (std::get<cli::Options>(parsed).licenses) return print_licenses();
  raise_file_limit();
  find_certificates();
  return serve(std::get<cli::Options>(std::move(parsed)));
}
