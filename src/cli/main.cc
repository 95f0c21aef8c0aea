// wws: the only place that chooses implementations and wires them.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "abi/js/guest_host.h"
#include "abi/trace.h"
#include "admin/admin.h"
#include "base/read_file.h"
#include "cli/embedded_bundler.h"
#include "cli/embedded_engine.h"
#include "cli/embedded_licenses.h"
#include "cli/embedded_panel.h"
#include "cli/handover.h"
#include "cli/listen_points.h"
#include "cli/listing.h"
#include "cli/new_project.h"
#include "cli/options.h"
#include "cli/project_place.h"
#include "cli/reloader.h"
#include "cli/server_bounds.h"
#include "cli/service_manager.h"
#include "cli/site_builder.h"
#include "cli/upgrade.h"
#include "cli/version.h"
#include "config/project.h"
#include "develop/error_pages.h"
#include "git/location.h"
#include "io/cores.h"
#include "observe/log_ring.h"
#include "observe/metrics.h"
#include "server/check.h"
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
                    const cli::BuiltSite& built, const std::vector<std::string>& failures) {
  const auto tell = [](std::string_view sign, const std::string& text) {
    fmt::print(stderr, "{} {}\n", sign, cli::printable(text));
  };
  const std::size_t routes = built.site->router.routes().size();
  if (routes == 0)
    fmt::print(stderr, "⚠️  no workers found in {}: create an index.js there\n", built.site->root);
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

// SIGINT and SIGTERM end the server gracefully; a second one cuts what still runs, and one that
// comes when the server has ended changes nothing: the process still ends as it was about to. So
// this outlives all that has threads.
class StopSignals final {
 public:
  StopSignals() = default;
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
    // Without the set they would kill. A signal that is blocked waits, until the process is gone.
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  }

  // Until end(). `at_first` is called before the server is told to stop.
  void begin(server::Server& server, std::function<void()> at_first) {
    server_ = &server;
    at_first_ = std::move(at_first);
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    wait();
    thread_ = std::jthread([this] { loop_.run(); });
  }
  // The server is not touched any more.
  void end() {
    const std::scoped_lock lock(mutex_);
    server_ = nullptr;
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      act();
      wait();
    });
  }
  void act() {
    const std::scoped_lock lock(mutex_);
    if (server_ == nullptr) return;
    if (const auto first = std::exchange(at_first_, nullptr)) first();
    server_->stop();
  }

  std::mutex mutex_;
  server::Server* server_ = nullptr;
  std::function<void()> at_first_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_{loop_};
  std::jthread thread_;
};

// What this process was started as.
struct Program {
  std::string path;  // of the file, as it was then
  std::vector<std::string> arguments;
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

int refuse_project(const cli::Unreadable& unreadable) {
  if (unreadable.what == cli::Unreadable::What::Folder)
    return fail_with(
        fmt::format("There was an error preparing the project: {}", unreadable.mistakes.front()));
  fmt::print(stderr, "❌ The project's settings are wrong, so nothing is served:\n");
  for (const auto& mistake : unreadable.mistakes)
    fmt::print(stderr, "      {}\n", cli::printable(mistake));
  return 1;
}

// What an earlier process has given to this one; nothing in one that nobody started so.
class Inheritance final {
 public:
  Inheritance() = default;
  Inheritance(const Inheritance&) = delete;
  Inheritance& operator=(const Inheritance&) = delete;
  // Nobody listens on what was not taken.
  ~Inheritance() { close_rest(); }

  Result<void> receive() {
    WWS_TRY(end_, cli::handover_of_environment());
    if (!end_) return {};
    WWS_TRY(sockets, end_->receive());
    return {};
  }
  std::optional<int> take(std::string_view name) {
    const auto found = std::ranges::find(sockets, name, &cli::InheritedSocket::name);
    if (found == sockets.end()) return std::nullopt;
    const int descriptor = found->descriptor;
    sockets.erase(found);
    return descriptor;
  }
  [[nodiscard]] bool is_there() const noexcept { return end_.has_value(); }
  void say_ready() {
    close_rest();
    if (end_) end_->say_ready();
    end_.reset();
  }

  std::vector<cli::InheritedSocket> sockets;

 private:
  void close_rest() {
    for (const auto& socket : sockets) close(socket.descriptor);
    sockets.clear();
  }
  std::optional<cli::HandoverEnd> end_;
};

// What --enable-panel needs to remember of the server; nothing of it is there without.
struct Watching {
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
                                                 Inheritance& inheritance, admin::Sources sources) {
  WWS_TRY(std::string token, admin_token(options));
  return admin::make_admin({{options.admin_host, options.admin_port},
                            std::move(token),
                            inheritance.take(cli::kAdminPlace)},
                           std::move(sources));
}

// Null where nothing speaks HTTPS.
Result<std::unique_ptr<http::tls::Certificates>> read_certificates(const cli::Options& options,
                                                                   const io::Clock& clock,
                                                                   observe::Log& log) {
  auto files = cli::certificate_files(options);
  if (files.empty()) return nullptr;
  return http::tls::Certificates::create(std::move(files), clock, log);
}

Result<server::ServerOptions> server_options(const cli::Options& options, const server::Site& site,
                                             http::tls::Certificates* certificates,
                                             Inheritance& inheritance) {
  server::ServerOptions settings;
  WWS_TRY(auto activated, cli::activated_sockets(environment, getpid()));
  if (inheritance.is_there()) activated = cli::activated_before(inheritance.sockets);
  WWS_TRY(settings.listen, cli::listen_points(options, activated));
  cli::take_over(settings.listen, inheritance.sockets);
  WWS_TRY(settings.connections.trusted_proxies, cli::trusted_proxies(options));
  settings.connections.certificates = certificates;
  settings.connections.proxy_protocol = options.proxy_protocol;
  settings.connections.limits = cli::connection_limits(options.bounds);
  settings.connections.limits.max_body_bytes = site.largest_body;
  settings.loops = options.threads != 0 ? options.threads : io::available_cores();
  settings.shutdown_grace = options.bounds.stop_time;
  settings.handover_grace = options.bounds.upgrade_time;
  WWS_TRY(settings.pool, cli::pool_options(options.bounds, settings.loops));
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

wasm::RuntimeOptions runtime_options(const cli::Options& options) {
  const auto cache = cache_folder();
  return {.restore = options.fresh_instances ? wasm::RestoreMode::Fresh : wasm::RestoreMode::Auto,
          .cache_folder = cache ? *cache / "modules" : std::filesystem::path(),
          .guest_memory = options.guest_memory};
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

// All that is listened on, with the names by which a new process knows it.
std::vector<server::ListeningSocket> listening(server::Server& server, admin::Admin* admin) {
  auto sockets = server.listening();
  if (admin == nullptr) return sockets;
  if (auto socket = admin->listening()) sockets.push_back({cli::kAdminPlace, std::move(socket)});
  return sockets;
}

int run_until_stopped(server::Server& server, admin::Admin* admin, cli::Reloader& reloader,
                      StopSignals& signals, Inheritance& inheritance, const Program& program,
                      observe::Log& log) {
  signals.begin(server, [] { cli::tell_service_manager(environment, "STOPPING=1"); });
  if (admin != nullptr) admin->start();
  const auto upgrade = cli::make_upgrade(
      {.program = program.path,
       .arguments = program.arguments,
       .sockets = [&] { return listening(server, admin); },
       .taken_over =
           [&](pid_t successor) {
             cli::tell_service_manager(environment, fmt::format("MAINPID={}", successor));
             server.hand_over();
             if (admin != nullptr) admin->hand_over();
           },
       .log = log});
  const auto places = server.places();
  fmt::print("🚀 Start serving requests at {}\n", places.front());
  for (std::size_t i = 1; i < places.size(); ++i) fmt::print("   and at {}\n", places[i]);
  fmt::print("\n");
  std::fflush(stdout);
  inheritance.say_ready();
  cli::tell_service_manager(environment, "READY=1");
  const auto ended = server.run();
  if (admin != nullptr) admin->stop();
  reloader.stop();
  signals.end();
  if (ended == server::Server::Ended::Cleanly) return 0;
  log.warn("work that cannot be interrupted was left at shutdown");
  std::fflush(nullptr);
  std::_Exit(0);
}

// What sites are made with and workers run on. Members end in the reverse order of their use.
struct Workshop {
  std::unique_ptr<wasm::Runtime> runtime;
  std::optional<bundler::Bundler> bundler;
  std::optional<worker::JsRuntime> js;
  std::optional<worker::WasmRuntime> wasm;
  std::optional<worker::ImageBudget> images;
  std::optional<abi::SocketBudget> sockets;
  bindings::KvStore kv;
  std::optional<bindings::CacheStore> caches;
  cli::WorkerNumbers numbers;
  cli::WorkerBin bin;

  void join_threads() {
    bundler->join();
    wasm->join();
  }
  [[nodiscard]] cli::SiteParts parts(const io::Clock& clock) {
    return {*js, *wasm, *images, clock, numbers, bin};
  }
};

Result<void> open_workshop(Workshop& workshop, const cli::Options& options,
                           const std::filesystem::path& root, const io::Clock& clock,
                           io::Random& random, observe::Log& log) {
  WWS_TRY(workshop.runtime, wasm::make_runtime(runtime_options(options), clock, log));
  WWS_TRY(auto engine,
          workshop.runtime->load_bundle(cli::embedded_engine(), abi::js::host_functions()));
  workshop.bundler.emplace(bundler_options(root), *workshop.runtime, clock, random, log);
  workshop.js.emplace(std::move(engine), *workshop.bundler);
  workshop.wasm.emplace(*workshop.runtime);
  workshop.images.emplace(options.image_memory);
  workshop.sockets.emplace(options.max_sockets);
  workshop.caches.emplace(clock, options.cache);
  return {};
}

// What only a developer sees.
struct Development {
  Development(std::chrono::nanoseconds now, const std::string& root)
      : reload(now), pages(root, reload) {}
  develop::LiveReload reload;
  develop::ErrorPages pages;
};

int serve(const cli::Options& flags, const Program& program) {
  StopSignals signals;
  Inheritance inheritance;
  if (auto received = inheritance.receive(); !received)
    return fail_with(received.error().to_string());
  fmt::print("⚙️  Preparing the project from: {}\n", git::shown(flags.path));
  std::fflush(stdout);
  const auto place = find_project(flags);
  if (!place)
    return fail_with(
        fmt::format("There was an error preparing the project: {}", place.error().to_string()));
  auto read = cli::read_whole_project(place->folder, flags, environment);
  if (!read) return refuse_project(read.error());
  const cli::Options& options = read->options;
  const auto to_stderr = observe::make_stderr_log(options.log_level, options.log_format);
  io::SystemClock clock;
  const auto started = clock.realtime();
  observe::LogRing ring(*to_stderr, clock);
  observe::Log* const log = options.enable_panel ? &ring : to_stderr.get();
  std::unique_ptr<observe::AccessLog> access;
  if (!options.access_log.empty()) {
    auto opened = observe::AccessLog::open(options.access_log, options.access_format, *log);
    if (!opened) return fail_with(opened.error().message());
    access = *std::move(opened);
  }
  io::SystemRandom random;

  fmt::print("⚙️  Loading routes from: {}\n", read->project.root.string());
  Workshop workshop;
  if (auto opened = open_workshop(workshop, options, read->project.root, clock, random, *log);
      !opened)
    return fail_with(opened.error().to_string());
  auto built =
      cli::build_site(read->project, cli::site_settings(options), workshop.parts(clock), nullptr);
  if (!built) return fail_with(built.error().to_string());
  built->fresh.clear();
  server::SitePointer site = built->site;

  const auto certificates = read_certificates(options, clock, *log);
  if (!certificates) return fail_with(certificates.error().to_string());
  const auto settings = server_options(options, *site, certificates->get(), inheritance);
  if (!settings) return fail_with(settings.error().to_string());
  std::optional<Watching> watching;
  if (options.enable_panel) watching.emplace();
  std::optional<Development> development;
  if (options.command == cli::Command::Develop) development.emplace(started, site->root);
  auto server = server::make_server(
      *settings,
      {site, *workshop.runtime, *workshop.images, workshop.kv, *workshop.caches, clock, random,
       *log, watching ? &watching->metrics : nullptr, access.get(),
       development ? &development->pages : nullptr, development ? &development->reload : nullptr,
       &*workshop.sockets, [&workshop] { workshop.join_threads(); }});
  if (!server) return fail_with(server.error().to_string());
  const std::string base = (*server)->places().front();

  std::unique_ptr<cli::Reloader> reloader;
  if (watching) {
    auto admin =
        open_admin(options, inheritance,
                   {**server,
                    *workshop.runtime,
                    watching->metrics,
                    *workshop.caches,
                    ring,
                    *log,
                    clock,
                    cli::embedded_panel(),
                    {cli::kVersion, site->root, base, settings->loops, started},
                    [&reloader](auto done) { reloader->reload("asked for", std::move(done)); }});
    if (!admin) return fail_with(admin.error().to_string());
    watching->admin = std::move(*admin);
  }

  const auto failures = load_workers(**server, clock, site->router.routes().size());
  print_routes(options, site->router, read->project.root, base);
  print_problems(options, read->warnings, *built, failures);
  auto reloading = cli::start_reloader(
      {flags, options, place->folder, environment, workshop.parts(clock), **server, workshop.bin,
       *log, clock, development ? &development->reload : nullptr, certificates->get(),
       [&server] { (*server)->stop(); }},
      std::move(*built), options.watch ? cli::Watch::Yes : cli::Watch::No);
  if (!reloading) {
    // Workers are being loaded, which only a server that runs can end.
    fail_with(reloading.error().to_string());
    std::fflush(nullptr);
    std::_Exit(1);
  }
  reloader = std::move(*reloading);
  if (watching) {
    fmt::print("🎛️  The admin panel is available at http://{}:{}/_panel/\n",
               shown_host(options.admin_host), watching->admin->port());
    std::fflush(stdout);
  }
  site.reset();  // the server's, which may replace it
  return run_until_stopped(**server, watching ? watching->admin.get() : nullptr, *reloader, signals,
                           inheritance, program, *log);
}

// --- wws check -----------------------------------------------------------------------------------

// Each line on one of its own, in front of it what printable() leaves as it is.
std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += "\n      " + std::string(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// A mistake as compilers write it, and the lines of source that it is in.
std::string check_line(const server::LoadFailure& failure) {
  const abi::WorkerIdentity& identity = failure.worker->identity();
  const std::string text = failure.error.to_string();
  const auto end = std::min(text.find('\n'), text.size());
  const std::string stack = text.substr(std::min(end + 1, text.size()));
  const auto frames = abi::parse_stack(stack);
  const abi::Frame* place = abi::first_place(frames);
  std::string where = identity.file;
  if (place != nullptr) where = fmt::format("{}:{}", place->file, place->line);
  if (place != nullptr && place->column > 0) where += fmt::format(":{}", place->column);
  std::string line = fmt::format("{}: {}", where, text.substr(0, end));
  if (place == nullptr) return stack.empty() ? line : line + "\n" + stack;
  if (identity.source && place->file == identity.file)
    if (const auto excerpt =
            abi::make_excerpt(place->file, *identity.source, place->line, place->column))
      line += indented(abi::to_text(*excerpt));
  return line;
}

int check_project(const cli::Options& flags, const std::filesystem::path& folder) {
  const auto tell = [](const std::string& text) { fmt::print("{}\n", cli::printable(text)); };
  auto read = cli::read_whole_project(folder, flags, environment);
  if (!read) {
    for (const auto& mistake : read.error().mistakes) tell(mistake);
    return 1;
  }
  // What workers say while they are loaded is not what is asked for here.
  const auto log = observe::make_stderr_log(
      flags.given.contains("--log-level") ? flags.log_level : observe::Level::Error,
      read->options.log_format);
  io::SystemClock clock;
  io::SystemRandom random;
  Workshop workshop;
  if (auto opened = open_workshop(workshop, read->options, read->project.root, clock, random, *log);
      !opened)
    return fail_with(opened.error().to_string());
  auto built = cli::build_site(read->project, cli::site_settings(read->options),
                               workshop.parts(clock), nullptr);
  if (!built) return fail_with(built.error().to_string());
  server::Shared shared{built->site,      *workshop.runtime,
                        *workshop.images, workshop.kv,
                        *workshop.caches, clock,
                        random,           *log};
  shared.join_threads = [&workshop] { workshop.join_threads(); };
  auto failures = server::check_workers(shared);
  if (!failures) return fail_with(failures.error().to_string());

  for (const auto& warning : read->warnings) tell("warning: " + warning.to_string());
  std::size_t count = failures->size() + built->mistakes.size();
  for (const auto& mistake : built->mistakes) tell(mistake.to_string());
  for (const auto& file : read->project.workers)
    for (const auto& mistake : file.mistakes) {
      tell(mistake.to_string());
      ++count;
    }
  for (const auto& failure : *failures) tell(check_line(failure));
  const std::size_t workers = read->project.workers.size();
  if (workers == 0 && !read->project.public_folder)
    tell("warning: no workers found in " + built->site->root + ": create an index.js there");
  if (count == 0)
    fmt::print("✅ {} worker{}, no mistakes\n", workers, workers == 1 ? "" : "s");
  else
    fmt::print("❌ {} mistake{} in {} worker{}\n", count, count == 1 ? "" : "s", workers,
               workers == 1 ? "" : "s");
  return count == 0 ? 0 : 1;
}

int check(const cli::Options& flags) {
  const auto place = find_project(flags);
  if (!place) return fail_with(place.error().to_string());
  return check_project(flags, place->folder);
}

// glibc takes a large block from the kernel and gives it back, until one of its size was freed:
// from then on such blocks come from heaps, which keep what a peak has taken. Where the bound is
// set it does not move (mallopt(3)).
void give_large_blocks_back() {
#ifdef __GLIBC__
  constexpr int kLargeBlock = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBlock);
#endif
}

}  // namespace

int main(int argc, char** argv) {
  give_large_blocks_back();
  const Program program{cli::own_program(), {argv, argv + argc}};
  std::signal(SIGPIPE, SIG_IGN);
  // Until there is somebody to upgrade.
  std::signal(SIGUSR2, SIG_IGN);
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
  const cli::Options& options = std::get<cli::Options>(parsed);
  switch (options.command) {
    case cli::Command::New: return cli::new_project(options, cli::embedded_templates());
    case cli::Command::Check: return check(options);
    default: return serve(options, program);
  }
}
