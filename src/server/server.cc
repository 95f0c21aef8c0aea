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

#include "server/app.h"
#include "server/loop_parts.h"

namespace wws::server {
namespace {

namespace asio = boost::asio;

// How often a closing loop looks whether its connections have ended.
constexpr std::chrono::milliseconds kDrainPoll{5};

// "127.0.0.1:8080", "[::1]:8080".
std::string authority_of(const std::string& host, std::uint16_t port) {
  const bool bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
  return bare_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

// One thread's world. Members end in the reverse order of their use.
class Loop final {
 public:
  Loop(const ServerOptions& options, const Shared& shared, const CurrentSite& sites)
      : options_(options), shared_(shared), sites_(sites) {}

  // `metrics` may be null.
  Result<void> open(const http::ListenAddress& address, http::ReusePort reuse_port,
                    observe::LoopMetrics* metrics) {
    WWS_TRY(parts_, LoopParts::create(options_.pool, shared_, metrics));
    work_.emplace(context().get_executor());
    app_.emplace(sites_, parts_->services(), shared_.reload);
    auto listener =
        http::make_listener(context(), address, reuse_port, options_.limits, *app_, shared_.log);
    if (!listener) return fail(std::move(listener).error());
    listener_ = std::move(*listener);
    app_->set_authority(authority_of(address.host, listener_->port()));
    return {};
  }

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }
  [[nodiscard]] abi::LoopServices& services() { return parts_->services(); }
  [[nodiscard]] asio::io_context& context() { return parts_->context(); }

  void run() {
    listener_->start();
    context().run();
  }

  // From any thread.
  void stop() {
    asio::post(context(), [this] {
      if (stopping_) {
        cut_ = true;
        return;
      }
      stopping_ = true;
      asio::co_spawn(context(), drain(), [this](std::exception_ptr) { context().stop(); });
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
    return {listener_->open_connections(), background().running(), parts_->pool().stats()};
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

  Task<void> drain() {
    listener_->stop_accepting();
    const auto deadline = std::chrono::steady_clock::now() + options_.shutdown_grace;
    asio::steady_timer timer(context());
    while (!cut_ && std::chrono::steady_clock::now() < deadline &&
           (listener_->open_connections() > 0 || background().running() > 0)) {
      timer.expires_after(kDrainPoll);
      co_await timer.async_wait(asio::use_awaitable);
    }
    const std::size_t left = listener_->open_connections();
    if (left > 0) shared_.log.warn(fmt::format("{} connections were cut at shutdown", left));
    listener_->close_all();
    background().cancel();
    // What was cut ends by itself; a guest that never yields is not waited for.
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    const bool joined = co_await background().join_until(last);
    while (listener_->open_connections() > 0 && std::chrono::steady_clock::now() < last) {
      timer.expires_after(kDrainPoll);
      co_await timer.async_wait(asio::use_awaitable);
    }
    work_left_ = !joined || listener_->open_connections() > 0;
    work_->reset();
  }

  [[nodiscard]] io::TaskGroup& background() const { return parts_->background(); }

  const ServerOptions& options_;
  const Shared& shared_;
  const CurrentSite& sites_;
  std::unique_ptr<LoopParts> parts_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::optional<App> app_;
  std::unique_ptr<http::Listener> listener_;
  bool stopping_ = false;
  bool cut_ = false;
  bool work_left_ = false;
};

class LoopServer final : public Server {
 public:
  LoopServer(const ServerOptions& options, Shared shared)
      : options_(options), shared_(shared), sites_(std::move(shared.site)) {
    shared_.site.reset();
  }

  Result<void> open() {
    http::ListenAddress address = options_.address;
    // Sockets that share a port would also share it with another server of this user: one that does
    // not share finds out.
    if (options_.loops > 1 && address.port != 0) WWS_CHECK(probe(address));
    const auto reuse = options_.loops > 1 ? http::ReusePort::Yes : http::ReusePort::No;
    for (unsigned i = 0; i < options_.loops; ++i) {
      loops_.push_back(std::make_unique<Loop>(options_, shared_, sites_));
      auto* const metrics = shared_.metrics ? &shared_.metrics->add_loop() : nullptr;
      WWS_CHECK(loops_.back()->open(address, reuse, metrics));
      address.port = loops_.front()->port();
    }
    return {};
  }

  std::uint16_t port() const noexcept override { return loops_.front()->port(); }

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
    phase_ = Phase::Stopping;
    if (shared_.reload) shared_.reload->close();
    for (const auto& loop : loops_) loop->stop();
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
  Result<void> probe(const http::ListenAddress& address) {
    Loop alone(options_, shared_, sites_);
    return alone.open(address, http::ReusePort::No, nullptr);
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
