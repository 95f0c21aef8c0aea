#include "http/listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <vector>

#include "http/h1/connection.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
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

class H1Listener final : public Listener {
 public:
  H1Listener(tcp::acceptor acceptor, const ConnectionLimits& limits, Handler& handler,
             observe::Log& log)
      : acceptor_(std::move(acceptor)),
        sweep_timer_(acceptor_.get_executor()),
        sweep_interval_(sweep_interval(limits)),
        group_{.limits = limits, .handler = handler, .log = log, .date = {}},
        life_(std::make_shared<const Life>()) {
    error_code error;
    port_ = acceptor_.local_endpoint(error).port();
  }
  ~H1Listener() override {
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
    Member(tcp::socket socket, H1Listener& listener)
        : owner(listener), life(listener.life_), connection(std::move(socket), listener.group_) {
      listener.connections_.push_back(&connection);
    }
    ~Member() {
      if (!life.expired()) owner.left(connection);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    H1Listener& owner;
    WeakLife life;
    h1::Connection connection;
  };

  static Task<void> serve(std::unique_ptr<Member> member) { co_await member->connection.run(); }

  [[nodiscard]] bool is_full() const noexcept {
    const std::size_t most = group_.limits.max_connections;
    return most != 0 && connections_.size() >= most;
  }

  void accept() {
    if (waiting_ || !accepting_ || is_full()) return;
    waiting_ = true;
    acceptor_.async_accept(
        [this, life = WeakLife(life_)](const error_code& error, tcp::socket socket) {
          if (life.expired()) return;
          waiting_ = false;
          accepted(error, std::move(socket));
        });
  }

  void accepted(const error_code& error, tcp::socket socket) {
    if (!accepting_) return;
    if (error && error != asio::error::connection_aborted) {
      // Out of descriptors, most likely: the sweep tries again.
      if (!warned_) group_.log.warn("cannot accept connections", {{"error", error.message()}});
      retry_ = warned_ = true;
      sweep_later();
      return;
    }
    if (!error) {
      warned_ = false;
      asio::co_spawn(acceptor_.get_executor(),
                     serve(std::make_unique<Member>(std::move(socket), *this)), asio::detached);
      sweep_later();
    }
    accept();
  }

  void left(h1::Connection& connection) noexcept {
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
    const auto now = h1::coarse_now();
    for (std::size_t i = connections_.size(); i-- > 0;)
      if (i < connections_.size()) connections_[i]->sweep(now);
    if (retry_) {
      retry_ = false;
      accept();
    }
    if (!connections_.empty()) sweep_later();
  }

  tcp::acceptor acceptor_;
  asio::steady_timer sweep_timer_;
  const milliseconds sweep_interval_;
  h1::ConnectionGroup group_;
  std::vector<h1::Connection*> connections_;
  std::shared_ptr<const Life> life_;  // expires with this: callbacks of the loop may come later
  std::uint16_t port_ = 0;
  bool accepting_ = false;
  bool waiting_ = false;
  bool sweeping_ = false;
  bool retry_ = false;
  bool warned_ = false;  // once for each time that accepting fails
};

std::string_view without_brackets(std::string_view host) noexcept {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    return host.substr(1, host.size() - 2);
  return host;
}

std::unexpected<Error> cannot_listen(const ListenAddress& address, const error_code& error) {
  std::string reason = error.message();
  if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z')
    reason[0] = static_cast<char>(reason[0] | 0x20);
  const std::string_view bare = without_brackets(address.host);
  const bool is_v6 = bare.find(':') != std::string_view::npos;
  const std::string host = is_v6 ? fmt::format("[{}]", bare) : std::string(bare);
  const bool denied = error == asio::error::access_denied;
  return fail(denied ? ErrorKind::Denied : ErrorKind::Invalid,
              fmt::format("cannot listen on {}:{}: {}", host, address.port, reason));
}

Result<tcp::endpoint> resolve(asio::io_context& loop, const ListenAddress& address) {
  const std::string host(without_brackets(address.host));
  error_code error;
  const auto numeric = asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(numeric, address.port);
  tcp::resolver resolver(loop);
  const auto found =
      resolver.resolve(host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error) return cannot_listen(address, error);
  return found.begin()->endpoint();
}

error_code open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, ReusePort reuse_port) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (error) return error;
  const int yes = 1;
  if (reuse_port == ReusePort::Yes &&
      setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) != 0)
    return {errno, boost::system::system_category()};
  acceptor.bind(endpoint, error);
  if (error) return error;
  acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

Result<std::unique_ptr<Listener>> make_listener(asio::io_context& loop,
                                                const ListenAddress& address, ReusePort reuse_port,
                                                const ConnectionLimits& limits, Handler& handler,
                                                observe::Log& log) {
  WWS_TRY(const tcp::endpoint endpoint, resolve(loop, address));
  tcp::acceptor acceptor(loop);
  if (const error_code error = open(acceptor, endpoint, reuse_port); error)
    return cannot_listen(address, error);
  return std::make_unique<H1Listener>(std::move(acceptor), limits, handler, log);
}

}  // namespace wws::http
