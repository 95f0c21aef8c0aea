#include "http/listener.h"

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "http/accepted.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kLongestSweep{100};
constexpr milliseconds kShortestSweep{5};

// Often enough that no deadline is late by more than a quarter of itself.
milliseconds sweep_interval(const ConnectionLimits& limits) {
  milliseconds interval = kLongestSweep;
  for (const milliseconds timeout :
       {limits.header_timeout, limits.idle_timeout, limits.body_timeout, limits.write_timeout})
    if (timeout.count() > 0) interval = std::min(interval, timeout / 4);
  return std::max(interval, kShortestSweep);
}

class LoopListener final : public Listener {
 public:
  LoopListener(Acceptor acceptor, std::uint16_t port, const ListenerOptions& options,
               Handler& handler, observe::Log& log)
      : acceptor_(std::move(acceptor)),
        sweep_timer_(acceptor_.get_executor()),
        sweep_interval_(sweep_interval(options.limits)),
        group_{.options = options, .handler = handler, .log = log, .date = {}},
        life_(std::make_shared<const Life>()),
        port_(port) {}
  ~LoopListener() override {
    // Coroutines of connections may outlive this: they find themselves cut and do not come back
    // here.
    close_all();
    life_.reset();
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }
  [[nodiscard]] std::size_t open_connections() const noexcept override {
    return connections_.size();
  }

  void start() override {
    if (accepting_ || !acceptor_.is_open()) return;
    accepting_ = true;
    accept();
  }

  void stop_accepting() override {
    accepting_ = false;
    error_code ignored;
    acceptor_.close(ignored);
    for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->stop();
  }

  void close_all() override {
    accepting_ = false;
    error_code ignored;
    acceptor_.close(ignored);
    // A handler that is told of it may end its connection at once, which shortens the list.
    for (std::size_t i = connections_.size(); i-- > 0;)
      if (i < connections_.size()) connections_[i]->cut();
  }

 private:
  struct Life {};
  using WeakLife = std::weak_ptr<const Life>;

  // Owned by the coroutine that runs it, so that the handler's frames never outlive their exchange.
  struct Member {
    Member(Transport::Socket socket, LoopListener& listener)
        : owner(listener), life(listener.life_), connection(std::move(socket), listener.group_) {
      listener.connections_.push_back(&connection);
    }
    ~Member() {
      if (!life.expired()) owner.left(connection);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    LoopListener& owner;
    WeakLife life;
    Accepted connection;
  };

  static Task<void> serve(std::unique_ptr<Member> member) { co_await member->connection.run(); }

  [[nodiscard]] bool is_full() const noexcept {
    const std::size_t most = group_.options.limits.max_connections;
    return most != 0 && connections_.size() >= most;
  }

  void accept() {
    if (waiting_ || !accepting_ || is_full()) return;
    waiting_ = true;
    acceptor_.async_accept(
        [this, life = WeakLife(life_)](const error_code& error, Transport::Socket socket) {
          if (life.expired()) return;
          waiting_ = false;
          accepted(error, std::move(socket));
        });
  }

  void accepted(const error_code& error, Transport::Socket socket) {
    if (!accepting_) return;
    if (error && error != asio::error::connection_aborted) {
      // Out of descriptors, most likely (`ulimit -n`): the sweep tries again.
      if (!warned_) group_.log.warn("cannot accept connections", {{"error", error.message()}});
      retry_ = warned_ = true;
      sweep_later();
      return;
    }
    if (!error) {
      asio::co_spawn(acceptor_.get_executor(),
                     serve(std::make_unique<Member>(std::move(socket), *this)), asio::detached);
      sweep_later();
    }
    accept();
  }

  void left(Accepted& connection) noexcept {
    const auto at = std::find(connections_.begin(), connections_.end(), &connection);
    *at = connections_.back();
    connections_.pop_back();
    accept();
  }

  // Runs only while there is something to look at, so that an idle loop sleeps and can end.
  void sweep_later() {
    if (sweeping_) return;
    sweeping_ = true;
    sweep_timer_.expires_after(sweep_interval_);
    sweep_timer_.async_wait([this, life = WeakLife(life_)](const error_code& error) {
      if (life.expired()) return;
      sweeping_ = false;
      if (!error) sweep();
    });
  }

  void sweep() {
    const auto now = coarse_now();
    for (std::size_t i = connections_.size(); i-- > 0;)
      if (i < connections_.size()) connections_[i]->sweep(now);
    // Accepting goes well again when it has for the length of a sweep: while one client comes for
    // each that leaves, it does not.
    if (!retry_) warned_ = false;
    if (std::exchange(retry_, false)) accept();
    if (!connections_.empty()) sweep_later();
  }

  Acceptor acceptor_;
  asio::steady_timer sweep_timer_;
  const milliseconds sweep_interval_;
  ConnectionGroup group_;
  std::vector<Accepted*> connections_;
  std::shared_ptr<const Life> life_;  // expires with this: callbacks of the loop may come later
  const std::uint16_t port_;
  bool accepting_ = false;
  bool waiting_ = false;
  bool sweeping_ = false;
  bool retry_ = false;
  bool warned_ = false;  // once for each time that accepting fails
};

}  // namespace

Result<std::unique_ptr<Listener>> make_listener(asio::io_context& loop,
                                                std::unique_ptr<ListenSocket> socket,
                                                const ListenerOptions& options, Handler& handler,
                                                observe::Log& log) {
  const std::uint16_t port = socket->port();
  Acceptor acceptor(loop);
  error_code error;
  acceptor.assign({socket->family(), 0}, socket->release(), error);
  if (error) return fail(ErrorKind::Internal, "cannot serve a socket: " + error.message());
  return std::make_unique<LoopListener>(std::move(acceptor), port, options, handler, log);
}

Result<std::unique_ptr<Listener>> make_listener(asio::io_context& loop,
                                                const ListenAddress& address, ReusePort reuse_port,
                                                const ConnectionLimits& limits, Handler& handler,
                                                observe::Log& log) {
  WWS_TRY(auto socket, ListenSocket::open(address, reuse_port));
  return make_listener(loop, std::move(socket), {.limits = limits}, handler, log);
}

}  // namespace wws::http
