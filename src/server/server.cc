#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "http/client/name_resolver.h"
#include "http/request_id.h"
#include "http/websocket/frame.h"
#include "io/random_number.h"
#include "server/app.h"
#include "server/loop_parts.h"
#include "server/redirect.h"

namespace wws::server {
namespace {

namespace asio = boost::asio;

// How often a closing loop looks whether its connections have ended.
constexpr std::chrono::milliseconds kDrainPoll{5};
// How long a connection without a request stays open when another process has taken over: its next
// request is answered and told to come by another one.
constexpr std::chrono::milliseconds kPatience{2'000};

// One thread's world. Members end in the reverse order of their use.
class Loop final {
 public:
  Loop(const ServerOptions& options, const Shared& shared, const CurrentSite& sites,
       observe::Seldom& seldom, http::NameResolver& names)
      : options_(options),
        shared_(shared),
        sites_(sites),
        seldom_(seldom),
        names_(names),
        ids_(io::random_number(shared.random)) {}

  // `metrics` may be null; `authority` is where requests go that name no host.
  Result<void> open(observe::LoopMetrics* metrics, std::string authority) {
    WWS_TRY(parts_, LoopParts::create(options_.pool, shared_, &seldom_, metrics, &names_));
    work_.emplace(context().get_executor());
    app_.emplace(sites_, parts_->services(), shared_.reload);
    app_->set_authority(std::move(authority));
    return {};
  }

  // To `redirect_to`, a port, clients are sent instead of being answered by the App.
  Result<void> serve(std::unique_ptr<http::ListenSocket> socket, http::ListenerOptions connections,
                     std::optional<std::uint16_t> redirect_to) {
    if (redirect_to && !redirect_) redirect_.emplace(*redirect_to, services(), app_->records());
    http::Handler& handler = redirect_to ? static_cast<http::Handler&>(*redirect_) : *app_;
    connections.metrics = services().metrics;
    connections.refusals = &app_->records();
    connections.seldom = &seldom_;
    WWS_TRY(auto listener,
            http::make_listener(context(), std::move(socket), connections, handler, shared_.log));
    listeners_.push_back(std::move(listener));
    return {};
  }

  [[nodiscard]] abi::LoopServices& services() { return parts_->services(); }
  [[nodiscard]] asio::io_context& context() { return parts_->context(); }

  void run() {
    for (const auto& listener : listeners_) listener->start();
    context().run();
  }

  // From any thread, both.
  void stop() {
    asio::post(context(), [this] {
      cut_ = std::exchange(ending_, true);
      if (!cut_) begin_to_drain(options_.shutdown_grace, std::chrono::milliseconds(0));
    });
  }
  void hand_over() {
    asio::post(context(), [this] {
      if (!stopping_) begin_to_drain(options_.handover_grace, kPatience);
    });
  }

  // From any thread.
  void ask(http::MemoryExchange::Request request, std::chrono::milliseconds limit,
           std::function<void(Asked)> done) {
    asio::post(context(), [this, request = std::move(request), limit, done = std::move(done)] {
      if (!stopping_) background().spawn(answer(request, limit, done));
    });
  }
  [[nodiscard]] LoopStatus status() const {
    return {open_connections(), background().running(), parts_->pool().stats()};
  }

  // From any thread.
  void refresh() {
    asio::post(context(), [this] { app_->refresh(); });
  }
  void drop_idle(std::function<bool(const wasm::Image&)> wanted) {
    asio::post(context(), [this, wanted = std::move(wanted)] { parts_->pool().drop_idle(wanted); });
  }

  void spawn(Task<void> task) { background().spawn(std::move(task)); }
  // After run().
  [[nodiscard]] bool work_left() const noexcept { return work_left_; }

 private:
  struct Question {
    explicit Question(http::MemoryExchange::Request request) : exchange(std::move(request)) {}
    http::MemoryExchange exchange;
    bool timed_out = false;
  };

  Task<void> answer(http::MemoryExchange::Request request, std::chrono::milliseconds limit,
                    std::function<void(Asked)> done) {
    request.request_id = ids_.next();
    request.headers.set(std::string(http::kRequestId), request.request_id);
    const auto question = std::make_shared<Question>(std::move(request));
    const auto began = shared_.clock.monotonic();
    asio::steady_timer alarm(context(), limit);
    // An alarm that went off already cannot be taken back: it finds the question gone.
    alarm.async_wait([weak = std::weak_ptr(question)](const boost::system::error_code& error) {
      const auto late = weak.lock();
      if (error || !late) return;
      late->timed_out = true;
      late->exchange.leave();
    });
    co_await app_->handle(question->exchange);
    const http::MemoryExchange& exchange = question->exchange;
    done({.head = exchange.head(),
          .body = exchange.request().method == "HEAD" ? "" : exchange.body(),
          .answered = exchange.started(),
          .complete = exchange.finished() && !exchange.aborted() && !exchange.truncated(),
          .truncated = exchange.truncated(),
          .timed_out = question->timed_out,
          .took = shared_.clock.monotonic() - began});
  }

  [[nodiscard]] std::size_t open_connections() const {
    std::size_t all = 0;
    for (const auto& listener : listeners_) all += listener->open_connections();
    return all;
  }

  void begin_to_drain(std::chrono::milliseconds grace, std::chrono::milliseconds patience) {
    drained_by_ = std::min(drained_by_, std::chrono::steady_clock::now() + grace);
    for (const auto& listener : listeners_) listener->stop_accepting(patience);
    if (std::exchange(stopping_, true)) return;
    asio::co_spawn(context(), drain(), [this](std::exception_ptr) { context().stop(); });
  }

  Task<void> drain() {
    if (auto* const sockets = parts_->sockets())
      sockets->close([](const abi::WorkerIdentity&) { return false; }, http::websocket::kGoingAway,
                     "the server stops");
    asio::steady_timer timer(context());
    while (!cut_ && std::chrono::steady_clock::now() < drained_by_ &&
           (open_connections() > 0 || background().running() > 0)) {
      timer.expires_after(kDrainPoll);
      co_await timer.async_wait(asio::use_awaitable);
    }
    const std::size_t left = open_connections();
    if (left > 0) shared_.log.warn(fmt::format("{} connections were cut at shutdown", left));
    for (const auto& listener : listeners_) listener->close_all();
    background().cancel();
    // What was cut ends by itself; a guest that never yields is not waited for.
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    const bool joined = co_await background().join_until(last);
    while (open_connections() > 0 && std::chrono::steady_clock::now() < last) {
      timer.expires_after(kDrainPoll);
      co_await timer.async_wait(asio::use_awaitable);
    }
    work_left_ = !joined || open_connections() > 0;
    work_->reset();
  }

  [[nodiscard]] io::TaskGroup& background() const { return parts_->background(); }

  const ServerOptions& options_;
  const Shared& shared_;
  const CurrentSite& sites_;
  observe::Seldom& seldom_;
  http::NameResolver& names_;
  http::RequestIds ids_;  // of what ask() is asked
  std::unique_ptr<LoopParts> parts_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::optional<App> app_;
  std::optional<RedirectToHttps> redirect_;
  std::vector<std::unique_ptr<http::Listener>> listeners_;
  std::chrono::steady_clock::time_point drained_by_ = std::chrono::steady_clock::time_point::max();
  bool stopping_ = false;
  bool ending_ = false;  // stop() was called
  bool cut_ = false;
  bool work_left_ = false;
};

class LoopServer final : public Server {
 public:
  LoopServer(const ServerOptions& options, Shared shared)
      : options_(options),
        shared_(shared),
        sites_(std::move(shared.site)),
        seldom_(shared.log, shared.clock),
        occupancy_({.total = options.connections.limits.max_connections,
                    .per_address = options.connections.limits.max_per_address}) {
    shared_.site.reset();
  }

  Result<void> open() {
    WWS_CHECK(open_sockets());
    for (unsigned i = 0; i < options_.loops; ++i) {
      loops_.push_back(std::make_unique<Loop>(options_, shared_, sites_, seldom_, names_));
      auto* const metrics = shared_.metrics ? &shared_.metrics->add_loop() : nullptr;
      WWS_CHECK(loops_.back()->open(metrics, authority()));
      for (Point& point : points_) WWS_CHECK(serve(i, point));
    }
    return {};
  }

  std::vector<std::string> places() const override {
    std::vector<std::string> places;
    for (const Point& point : points_) {
      const char* const scheme = !point.address.path.empty()                        ? ""
                                 : point.asked.speaks == ListenPoint::Speaks::Https ? "https://"
                                                                                    : "http://";
      places.push_back(scheme + http::to_string(point.address));
    }
    return places;
  }

  std::vector<std::string> preload() override {
    Loop& first = *loops_.front();
    first.spawn(load_all(first.services()));
    // run_for leaves the loop ready to go on: loading continues while it serves.
    const auto deadline = std::chrono::steady_clock::now() + options_.preload;
    while (!loaded_all_ && std::chrono::steady_clock::now() < deadline)
      first.context().run_one_until(deadline);
    preloading_ = false;
    return std::move(failures_);
  }

  Ended run() override {
    auto starting = Phase::Starting;
    phase_.compare_exchange_strong(starting, Phase::Serving);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < loops_.size(); ++i)
        threads.emplace_back([loop = loops_[i].get()] { loop->run(); });
      loops_.front()->run();
    }
    const bool left =
        std::ranges::any_of(loops_, [](const auto& loop) { return loop->work_left(); });
    return left ? Ended::WithWorkLeft : Ended::Cleanly;
  }

  void stop() override {
    begin_to_end();
    for (const auto& loop : loops_) loop->stop();
  }

  void hand_over() override {
    {
      const std::lock_guard lock(sockets_mutex_);
      for (Point& point : points_)
        for (const auto& socket : point.sockets) socket->leave_file();
    }
    begin_to_end();
    for (const auto& loop : loops_) loop->hand_over();
  }

  std::vector<ListeningSocket> listening() override {
    const std::lock_guard lock(sockets_mutex_);
    std::vector<ListeningSocket> all;
    for (const Point& point : points_)
      for (const auto& socket : point.sockets)
        if (auto copy = socket->duplicate()) all.push_back({point.asked.name, *std::move(copy)});
    return all;
  }

  Phase phase() const noexcept override { return phase_; }

  void ask(http::MemoryExchange::Request request, std::chrono::milliseconds limit,
           std::function<void(Asked)> done) override {
    const std::size_t turn = next_asked_.fetch_add(1, std::memory_order_relaxed);
    loops_[turn % loops_.size()]->ask(std::move(request), limit, std::move(done));
  }

  void look(std::function<void(std::size_t, const LoopStatus&)> each) override {
    for (std::size_t i = 0; i < loops_.size(); ++i)
      asio::post(loops_[i]->context(),
                 [loop = loops_[i].get(), i, each] { each(i, loop->status()); });
  }

  SitePointer site() const override { return sites_.get(); }

  void replace(SitePointer next) override {
    sites_.replace(std::move(next));
    // A loop without requests must not keep the old one.
    for (const auto& loop : loops_) loop->refresh();
  }

  void load(std::vector<std::shared_ptr<worker::Worker>> workers,
            std::function<void(std::vector<LoadFailure>)> done) override {
    Loop& first = *loops_.front();
    asio::post(first.context(),
               [this, &first, workers = std::move(workers), done = std::move(done)]() mutable {
                 first.spawn(load_some(first.services(), std::move(workers), std::move(done)));
               });
  }

  void drop_idle(std::function<bool(const wasm::Image&)> wanted) override {
    for (const auto& loop : loops_) loop->drop_idle(wanted);
  }

 private:
  struct Point {
    ListenPoint asked;
    http::ListenAddress address;  // as bound, but with the host that was asked for
    // One for each loop, or fewer that several share. The loops serve duplicates; these are kept
    // for a process that goes on with them, until the server stops.
    std::vector<std::unique_ptr<http::ListenSocket>> sockets;
  };

  void begin_to_end() {
    phase_ = Phase::Stopping;
    if (shared_.reload) shared_.reload->close();
    const std::lock_guard lock(sockets_mutex_);
    for (Point& point : points_) point.sockets.clear();
  }

  Result<void> open_sockets() {
    for (const ListenPoint& asked : options_.listen) {
      Point point{asked, asked.address, {}};
      WWS_CHECK(open_point(point));
      points_.push_back(std::move(point));
    }
    for (const Point& point : points_)
      if (point.asked.speaks == ListenPoint::Speaks::Https && !https_port_)
        https_port_ = point.address.port;
    return {};
  }

  Result<void> open_point(Point& point) {
    if (!point.asked.taken_over.empty()) return take_over(point);
    if (point.asked.descriptor) {
      WWS_TRY(auto socket, http::ListenSocket::adopt(*point.asked.descriptor));
      point.address = socket->address();
      point.sockets.push_back(std::move(socket));
      return {};
    }
    const bool is_unix = !point.address.path.empty();
    // Sockets that share a port would also share it with another server of this user: one that does
    // not share finds out.
    if (!is_unix && reuse_port() == http::ReusePort::Yes && point.address.port != 0)
      WWS_CHECK(http::ListenSocket::open(point.address, http::ReusePort::No));
    const std::size_t count = is_unix ? 1 : options_.loops;
    for (std::size_t i = 0; i < count; ++i) {
      WWS_TRY(auto socket, http::ListenSocket::open(point.address, reuse_port()));
      if (!is_unix) point.address.port = socket->port();
      point.sockets.push_back(std::move(socket));
    }
    return {};
  }

  Result<void> take_over(Point& point) {
    for (const int descriptor : point.asked.taken_over) {
      WWS_TRY(auto socket, http::ListenSocket::adopt(descriptor));
      point.sockets.push_back(std::move(socket));
    }
    const auto& first = point.sockets.front();
    if (point.asked.descriptor)
      point.address = first->address();
    else if (point.address.path.empty())
      point.address.port = first->port();
    else
      first->own_file();
    return {};
  }

  [[nodiscard]] http::ReusePort reuse_port() const noexcept {
    return options_.loops > 1 ? http::ReusePort::Yes : http::ReusePort::No;
  }

  // Every socket is some loop's, and every loop has one.
  Result<void> serve(std::size_t loop, Point& point) {
    const std::size_t sockets = point.sockets.size();
    for (std::size_t i = loop % sockets; i < sockets; i += options_.loops) {
      WWS_TRY(auto socket, point.sockets[i]->duplicate());
      WWS_CHECK(serve(*loops_[loop], point, std::move(socket)));
    }
    return {};
  }

  Result<void> serve(Loop& loop, const Point& point, std::unique_ptr<http::ListenSocket> socket) {
    http::ListenerOptions connections = options_.connections;
    if (point.asked.speaks != ListenPoint::Speaks::Https) connections.certificates = nullptr;
    connections.occupancy = &occupancy_;
    connections.id_seed = io::random_number(shared_.random);
    const bool redirects = point.asked.speaks == ListenPoint::Speaks::RedirectToHttps;
    return loop.serve(std::move(socket), std::move(connections),
                      redirects ? https_port_ : std::nullopt);
  }

  [[nodiscard]] std::string authority() const {
    for (const Point& point : points_)
      if (point.address.path.empty()) return http::to_string(point.address);
    return "localhost";
  }

  Task<void> load_some(abi::LoopServices& services,
                       std::vector<std::shared_ptr<worker::Worker>> workers,
                       std::function<void(std::vector<LoadFailure>)> done) {
    auto failures = co_await load_workers(services, std::move(workers), &shared_.images);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() == asio::cancellation_type::none) done(std::move(failures));
  }

  Task<void> load_all(abi::LoopServices& services) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const SitePointer site = sites_.get();
    const std::uint64_t version = sites_.version();
    for (const auto& route : site->router.routes()) {
      // Another site has its own workers loaded.
      if (!shared_.images.has_room_ahead() || sites_.version() != version) break;
      auto loaded = co_await site->workers[route.target]->load(services);
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) co_return;
      if (loaded) continue;
      std::string text = fmt::format("{}: {}", route.file, loaded.error().to_string());
      if (preloading_)
        failures_.push_back(std::move(text));
      else
        services.log.error(fmt::format("Worker not loaded: {}", text), {{"route", route.path}});
    }
    loaded_all_ = true;
  }

  ServerOptions options_;
  Shared shared_;
  CurrentSite sites_;
  observe::Seldom seldom_;
  http::Occupancy occupancy_;
  http::NameResolver names_;
  std::vector<Point> points_;
  std::mutex sockets_mutex_;                 // of the points' sockets
  std::optional<std::uint16_t> https_port_;  // of the first point with TLS
  std::vector<std::unique_ptr<Loop>> loops_;
  std::atomic<Phase> phase_{Phase::Starting};
  std::atomic<std::size_t> next_asked_{0};
  std::vector<std::string> failures_;
  bool preloading_ = true;
  bool loaded_all_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> make_server(const ServerOptions& options, Shared shared) {
  auto server = std::make_unique<LoopServer>(options, shared);
  WWS_CHECK(server->open());
  return server;
}

}  // namespace wws::server
