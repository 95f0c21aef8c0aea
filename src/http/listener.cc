#include "http/listener.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "http/accepted.h"
#include "io/spawn.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using boost::system::error_code;
using std::chrono::milliseconds;

// Connections that are taken in one round of the loop. Where requests are heavy a round lasts long,
// and with one in each of them clients that are new would wait for seconds in the kernel.
constexpr int kMostAtOnce = 32;
constexpr milliseconds kLongestSweep{100};
constexpr milliseconds kShortestSweep{5};

// Often enough that no deadline is late by more than a quarter of itself.
milliseconds sweep_interval(const ConnectionLimits& limits) {
  milliseconds interval = kLongestSweep;
  for (const milliseconds timeout : {limits.header_timeout, limits.idle_timeout,
                                     limits.body_timeout, limits.write_timeout, limits.rate_window})
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
        own_occupancy_(options.occupancy != nullptr ? nullptr : make_occupancy(options.limits)),
        group_{.options = options,
               .occupancy = own_occupancy_ ? *own_occupancy_ : *options.occupancy,
               .handler = handler,
               .log = log,
               .date = {},
               .ids = RequestIds(options.id_seed)},
        life_(std::make_shared<const Life>()),
        port_(port) {}
  ~LoopListener() override {
    // Coroutines of connections may outlive this: they find themselves cut and do not come back
    // here.
    close_all();
    life_.reset();
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }
  [[nodiscard]] std::size_t open_connections() const noexcept override { return members_.size(); }

  void start() override {
    if (accepting_ || !acceptor_.is_open()) return;
    accepting_ = true;
    accept();
  }

  void stop_accepting(milliseconds patience) override {
    close_acceptor();
    patience_ = patience;
    for (std::size_t i = members_.size(); i-- > 0;) members_[i]->connection.stop(patience);
  }

  void close_all() override {
    close_acceptor();
    closed_ = true;
    // A handler that is told of it may end its connection at once, which shortens the list.
    for (std::size_t i = members_.size(); i-- > 0;)
      if (i < members_.size()) members_[i]->connection.cut();
  }

 private:
  struct Life {};
  using WeakLife = std::weak_ptr<const Life>;

  // Owned by the coroutine that runs it, so that the handler's frames never outlive their exchange.
  struct Member {
    Member(Transport::Socket socket, LoopListener& listener)
        : owner(listener),
          life(listener.life_),
          own_occupancy(listener.own_occupancy_),
          occupancy(listener.group_.occupancy),
          place(listener.members_.size()),
          connection(std::move(socket), listener.group_) {
      occupancy.enter();
      listener.members_.push_back(this);
    }
    ~Member() {
      occupancy.leave();
      if (!life.expired()) owner.left(*this);
    }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    LoopListener& owner;
    WeakLife life;
    std::shared_ptr<Occupancy> own_occupancy;  // outlives the listener with this
    Occupancy& occupancy;
    std::size_t place;  // in members_
    Accepted connection;
  };

  static Task<void> serve(std::unique_ptr<Member> member) { co_await member->connection.run(); }

  static std::shared_ptr<Occupancy> make_occupancy(const ConnectionLimits& limits) {
    return std::make_shared<Occupancy>(
        Occupancy::Most{.total = limits.max_connections, .per_address = limits.max_per_address});
  }

  // Another process may have the socket as well, so that closing the descriptor alone would not
  // take it from the loop's epoll(7).
  void close_acceptor() {
    accepting_ = false;
    if (!acceptor_.is_open()) return;
    error_code ignored;
    const int descriptor = acceptor_.release(ignored);
    if (descriptor >= 0) ::close(descriptor);
  }

  void accept() {
    if (waiting_ || !accepting_) return;
    if (group_.occupancy.is_full()) {
      // Connections of other loops may end: the sweep looks again.
      if (!retry_) group_.hit(observe::EdgeLimit::Connections);
      retry_ = true;
      sweep_later();
      return;
    }
    waiting_ = true;
    acceptor_.async_accept(
        [this, life = WeakLife(life_)](const error_code& error, Transport::Socket socket) {
          if (life.expired()) return;
          waiting_ = false;
          accepted(error, std::move(socket));
        });
  }

  // The first, and what else is there already.
  void accepted(error_code error, Transport::Socket socket) {
    for (int left = kMostAtOnce - 1;; --left) {
      // What came while the listener stopped is served as well: nobody else has it.
      if (!error && !closed_) admit(std::move(socket));
      if (!accepting_) return;
      if (error && error != asio::error::connection_aborted) return accept_failed(error);
      if (left == 0 || group_.occupancy.is_full()) break;
      socket = Transport::Socket(acceptor_.get_executor());
      acceptor_.accept(socket, error);
      if (error == asio::error::would_block) break;
    }
    accept();
  }

  // Out of descriptors, most likely (`ulimit -n`): the sweep tries again.
  void accept_failed(const error_code& error) {
    if (!warned_) group_.log.warn("cannot accept connections", {{"error", error.message()}});
    retry_ = warned_ = true;
    sweep_later();
  }

  void admit(Transport::Socket socket) {
    if (group_.options.metrics != nullptr) group_.options.metrics->accepted();
    auto member = std::make_unique<Member>(std::move(socket), *this);
    if (!accepting_) member->connection.stop(patience_);
    io::spawn(sweep_timer_.get_executor(), serve(std::move(member)));
    sweep_later();
  }

  void left(const Member& member) noexcept {
    members_[member.place] = members_.back();
    members_[member.place]->place = member.place;
    members_.pop_back();
    retry_ = retry_ && group_.occupancy.is_full();
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
    for (std::size_t i = members_.size(); i-- > 0;)
      if (i < members_.size()) members_[i]->connection.sweep(now);
    // Accepting goes well again when it has for the length of a sweep: while one client comes for
    // each that leaves, it does not.
    if (!retry_) warned_ = false;
    if (std::exchange(retry_, false)) accept();
    if (!members_.empty() || retry_) sweep_later();
  }

  Acceptor acceptor_;
  asio::steady_timer sweep_timer_;
  const milliseconds sweep_interval_;
  const std::shared_ptr<Occupancy> own_occupancy_;  // null: somebody else's counts
  ConnectionGroup group_;
  std::vector<Member*> members_;      // those with a connection that has not ended
  std::shared_ptr<const Life> life_;  // expires with this: callbacks of the loop may come later
  const std::uint16_t port_;
  milliseconds patience_{0};  // of the stop
  bool accepting_ = false;
  bool closed_ = false;
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
  if (!error) acceptor.non_blocking(true, error);
  // Else a client that left before it was accepted would make accept() wait for the next one.
  if (!error) acceptor.set_option(asio::socket_base::enable_connection_aborted(true), error);
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
