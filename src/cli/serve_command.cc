#include "cli/serve_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "admin/admin.h"
#include "base/read_file.h"
#include "cli/embedded_panel.h"
#include "cli/handover.h"
#include "cli/listen_points.h"
#include "cli/listing.h"
#include "cli/reloader.h"
#include "cli/server_bounds.h"
#include "cli/service_manager.h"
#include "cli/stop_signals.h"
#include "cli/surroundings.h"
#include "cli/upgrade.h"
#include "cli/version.h"
#include "cli/workshop.h"
#include "develop/error_pages.h"
#include "git/location.h"
#include "io/cores.h"
#include "observe/log_ring.h"
#include "observe/metrics.h"
#include "server/server.h"

namespace wws::cli {
namespace {

std::string shown_host(const std::string& host) {
  const bool v6 = host.find(':') != std::string::npos && host.front() != '[';
  return v6 ? "[" + host + "]" : host;
}

// What is wrong with the project or with workers, on stderr; the server serves the rest.
void print_problems(const Options& options, const config::Mistakes& warnings,
                    const BuiltSite& built, const std::vector<std::string>& failures) {
  const auto tell = [](std::string_view sign, const std::string& text) {
    fmt::print(stderr, "{} {}\n", sign, printable(text));
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

int refuse_project(const Unreadable& unreadable) {
  if (unreadable.what == Unreadable::What::Folder)
    return fail_with(
        fmt::format("There was an error preparing the project: {}", unreadable.mistakes.front()));
  fmt::print(stderr, "❌ The project's settings are wrong, so nothing is served:\n");
  for (const auto& mistake : unreadable.mistakes)
    fmt::print(stderr, "      {}\n", printable(mistake));
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
    WWS_TRY(end_, handover_of_environment());
    if (!end_) return {};
    WWS_TRY(sockets, end_->receive());
    return {};
  }
  std::optional<int> take(std::string_view name) {
    const auto found = std::ranges::find(sockets, name, &InheritedSocket::name);
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

  std::vector<InheritedSocket> sockets;

 private:
  void close_rest() {
    for (const auto& socket : sockets) close(socket.descriptor);
    sockets.clear();
  }
  std::optional<HandoverEnd> end_;
};

// What --enable-panel needs to remember of the server; nothing of it is there without.
struct Watching {
  observe::Metrics metrics;
  // After the server: see Admin::stop().
  std::unique_ptr<admin::Admin> admin;
};

constexpr std::uint64_t kMaxTokenFile = 4096;

// Of the file, without its last line's end, or of the environment; "" for none.
Result<std::string> admin_token(const Options& options) {
  if (options.admin_token_file.empty()) return environment("WWS_ADMIN_TOKEN").value_or("");
  WWS_TRY(std::string token, read_file(options.admin_token_file, kMaxTokenFile));
  while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
  if (token.empty())
    return fail(ErrorKind::Invalid, options.admin_token_file + ": there is no token in it");
  return token;
}

Result<std::unique_ptr<admin::Admin>> open_admin(const Options& options, Inheritance& inheritance,
                                                 admin::Sources sources) {
  WWS_TRY(std::string token, admin_token(options));
  return admin::make_admin(
      {{options.admin_host, options.admin_port}, std::move(token), inheritance.take(kAdminPlace)},
      std::move(sources));
}

// Null where nothing speaks HTTPS.
Result<std::unique_ptr<http::tls::Certificates>> read_certificates(const Options& options,
                                                                   const io::Clock& clock,
                                                                   observe::Log& log) {
  auto files = certificate_files(options);
  if (files.empty()) return nullptr;
  return http::tls::Certificates::create(std::move(files), clock, log);
}

Result<server::ServerOptions> server_options(const Options& options, const server::Site& site,
                                             http::tls::Certificates* certificates,
                                             Inheritance& inheritance) {
  server::ServerOptions settings;
  WWS_TRY(auto activated, activated_sockets(environment, getpid()));
  if (inheritance.is_there()) activated = activated_before(inheritance.sockets);
  WWS_TRY(settings.listen, listen_points(options, activated));
  take_over(settings.listen, inheritance.sockets);
  WWS_TRY(settings.connections.trusted_proxies, trusted_proxies(options));
  settings.connections.certificates = certificates;
  settings.connections.proxy_protocol = options.proxy_protocol;
  settings.connections.limits = connection_limits(options.bounds);
  settings.connections.limits.max_body_bytes = site.largest_body;
  settings.loops = options.threads != 0 ? options.threads : io::available_cores();
  settings.shutdown_grace = options.bounds.stop_time;
  settings.handover_grace = options.bounds.upgrade_time;
  WWS_TRY(settings.pool, pool_options(options.bounds, settings.loops));
  return settings;
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

void print_routes(const Options& options, const router::Router& router,
                  const std::filesystem::path& root, const std::string& base) {
  const auto length =
      options.log_level <= observe::Level::Debug ? ListLength::All : ListLength::Readable;
  fmt::print("{}", route_list(router, root, base, length));
}

// All that is listened on, with the names by which a new process knows it.
std::vector<server::ListeningSocket> listening(server::Server& server, admin::Admin* admin) {
  auto sockets = server.listening();
  if (admin == nullptr) return sockets;
  if (auto socket = admin->listening()) sockets.push_back({kAdminPlace, std::move(socket)});
  return sockets;
}

int run_until_stopped(server::Server& server, admin::Admin* admin, Reloader& reloader,
                      StopSignals& signals, Inheritance& inheritance, const Program& program,
                      observe::Log& log) {
  signals.begin(server, [] { tell_service_manager(environment, "STOPPING=1"); });
  if (admin != nullptr) admin->start();
  const auto upgrade =
      make_upgrade({.program = program.path,
                    .arguments = program.arguments,
                    .sockets = [&] { return listening(server, admin); },
                    .taken_over =
                        [&](pid_t successor) {
                          tell_service_manager(environment, fmt::format("MAINPID={}", successor));
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
  tell_service_manager(environment, "READY=1");
  const auto ended = server.run();
  if (admin != nullptr) admin->stop();
  reloader.stop();
  signals.end();
  if (ended == server::Server::Ended::Cleanly) return 0;
  log.warn("work that cannot be interrupted was left at shutdown");
  std::fflush(nullptr);
  std::_Exit(0);
}

// What only a developer sees.
struct Development {
  Development(std::chrono::nanoseconds now, const std::string& root)
      : reload(now), pages(root, reload) {}
  develop::LiveReload reload;
  develop::ErrorPages pages;
};

// All of a server; members end in the reverse order of their use.
class Serving final {
 public:
  Serving(const Options& flags, const Program& program, const ProjectPlace& place,
          const ReadProject& read, Inheritance& inheritance)
      : flags_(flags),
        program_(program),
        folder_(place.folder),
        read_(read),
        options_(read.options),
        inheritance_(inheritance),
        to_stderr_(observe::make_stderr_log(options_.log_level, options_.log_format)),
        ring_(*to_stderr_, clock_),
        log_(options_.enable_panel ? static_cast<observe::Log&>(ring_) : *to_stderr_) {}

  // Up to a server that listens, and whatever else it needs.
  Result<void> open() {
    WWS_CHECK(open_access_log());
    fmt::print("⚙️  Loading routes from: {}\n", read_.project.root.string());
    WWS_CHECK(open_workshop(workshop_, options_, read_.project.root, clock_, random_, log_));
    WWS_TRY(built_,
            build_site(read_.project, site_settings(options_), workshop_.parts(clock_), nullptr));
    built_.fresh.clear();
    WWS_CHECK(open_server());
    if (watching_) WWS_CHECK(open_panel());
    return {};
  }

  // Loads the workers and serves. The exit code.
  int run() {
    show_site();
    auto reloading =
        start_reloader({flags_, options_, folder_, environment, workshop_.parts(clock_), *server_,
                        workshop_.bin, log_, clock_, development_ ? &development_->reload : nullptr,
                        certificates_.get(), [this] { server_->stop(); }},
                       std::move(built_), options_.watch ? Watch::Yes : Watch::No);
    if (!reloading) {
      // Workers are being loaded, which only a server that runs can end.
      fail_with(reloading.error().to_string());
      std::fflush(nullptr);
      std::_Exit(1);
    }
    reloader_ = std::move(*reloading);
    if (watching_) {
      fmt::print("🎛️  The admin panel is available at http://{}:{}/_panel/\n",
                 shown_host(options_.admin_host), watching_->admin->port());
      std::fflush(stdout);
    }
    return run_until_stopped(*server_, watching_ ? watching_->admin.get() : nullptr, *reloader_,
                             signals_, inheritance_, program_, log_);
  }

 private:
  Result<void> open_access_log() {
    if (options_.access_log.empty()) return {};
    WWS_TRY(access_, observe::AccessLog::open(options_.access_log, options_.access_format, log_));
    return {};
  }

  Result<void> open_server() {
    const server::SitePointer& site = built_.site;
    WWS_TRY(certificates_, read_certificates(options_, clock_, log_));
    WWS_TRY(const auto settings,
            server_options(options_, *site, certificates_.get(), inheritance_));
    loops_ = settings.loops;
    if (options_.enable_panel) watching_.emplace();
    if (options_.command == Command::Develop) development_.emplace(started_, site->root);
    WWS_TRY(server_, server::make_server(
                         settings, {site, *workshop_.runtime, *workshop_.images, workshop_.kv,
                                    *workshop_.caches, clock_, random_, log_,
                                    watching_ ? &watching_->metrics : nullptr, access_.get(),
                                    development_ ? &development_->pages : nullptr,
                                    development_ ? &development_->reload : nullptr,
                                    &*workshop_.sockets, [this] { workshop_.join_threads(); }}));
    return {};
  }

  Result<void> open_panel() {
    WWS_TRY(watching_->admin,
            open_admin(options_, inheritance_,
                       {*server_,
                        *workshop_.runtime,
                        watching_->metrics,
                        *workshop_.caches,
                        ring_,
                        log_,
                        clock_,
                        embedded_panel(),
                        {kVersion, built_.site->root, server_->places().front(), loops_, started_},
                        [this](auto done) { reloader_->reload("asked for", std::move(done)); }}));
    return {};
  }

  void show_site() {
    const router::Router& router = built_.site->router;
    const auto failures = load_workers(*server_, clock_, router.routes().size());
    print_routes(options_, router, read_.project.root, server_->places().front());
    print_problems(options_, read_.warnings, built_, failures);
  }

  StopSignals signals_;
  const Options& flags_;
  const Program& program_;
  const std::filesystem::path folder_;
  const ReadProject& read_;
  const Options& options_;  // with the project's settings
  Inheritance& inheritance_;
  io::SystemClock clock_;
  const std::chrono::nanoseconds started_ = clock_.realtime();
  const std::unique_ptr<observe::Log> to_stderr_;
  observe::LogRing ring_;
  observe::Log& log_;
  std::unique_ptr<observe::AccessLog> access_;
  io::SystemRandom random_;
  Workshop workshop_;
  BuiltSite built_;  // until the reloader has it
  std::unique_ptr<http::tls::Certificates> certificates_;
  unsigned loops_ = 0;
  std::optional<Watching> watching_;
  std::optional<Development> development_;
  std::unique_ptr<server::Server> server_;
  std::unique_ptr<Reloader> reloader_;
};

}  // namespace

int serve(const Options& flags, const Program& program) {
  Inheritance inheritance;
  if (auto received = inheritance.receive(); !received)
    return fail_with(received.error().to_string());
  fmt::print("⚙️  Preparing the project from: {}\n", git::shown(flags.path));
  std::fflush(stdout);
  const auto place = find_project(flags);
  if (!place)
    return fail_with(
        fmt::format("There was an error preparing the project: {}", place.error().to_string()));
  auto read = read_whole_project(place->folder, flags, environment);
  if (!read) return refuse_project(read.error());
  Serving serving(flags, program, *place, *read, inheritance);
  if (auto opened = serving.open(); !opened) return fail_with(opened.error().to_string());
  return serving.run();
}

}  // namespace wws::cli
