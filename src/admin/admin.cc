#include "admin/admin.h"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <thread>

#include "admin/app.h"

namespace wws::admin {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kSampleInterval{1};
constexpr std::size_t kShortestToken = 16;
constexpr std::uint64_t kMaxBody = 2u << 20;
constexpr std::uint32_t kMaxConnections = 256;

class LoopAdmin final : public Admin {
 public:
  LoopAdmin(AdminOptions options, Sources sources)
      : options_(std::move(options)),
        sources_(std::move(sources)),
        work_(asio::make_work_guard(context_)),
        timer_(context_),
        app_(context_, sources_, Access(options_.address.host, options_.token), live_) {}
  ~LoopAdmin() override { stop(); }

  Result<void> open() {
    http::ConnectionLimits limits;
    limits.max_body_bytes = kMaxBody;
    limits.max_connections = kMaxConnections;
    if (options_.taken_over) {
      WWS_TRY(socket_, http::ListenSocket::adopt(*options_.taken_over));
    } else {
      WWS_TRY(socket_, http::ListenSocket::open(options_.address, http::ReusePort::No));
    }
    WWS_TRY(auto served, socket_->duplicate());
    port_ = socket_->port();
    WWS_TRY(listener_, http::make_listener(context_, std::move(served), {.limits = limits}, app_,
                                           sources_.log));
    return {};
  }

  std::uint16_t port() const noexcept override { return port_; }

  void start() override {
    listener_->start();
    sample();
    thread_ = std::jthread([this] { context_.run(); });
  }

  std::unique_ptr<http::ListenSocket> listening() override {
    const std::lock_guard lock(socket_mutex_);
    if (!socket_) return nullptr;
    auto copy = socket_->duplicate();
    return copy ? *std::move(copy) : nullptr;
  }

  void hand_over() override {
    close_socket();
    asio::post(context_, [this] { listener_->stop_accepting(); });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    close_socket();
    asio::post(context_, [this] {
      listener_->close_all();
      context_.stop();
    });
    thread_.join();
  }

 private:
  void close_socket() {
    const std::lock_guard lock(socket_mutex_);
    socket_.reset();
  }

  void sample() {
    live_.sample(sources_.metrics.total(), sources_.clock.realtime(), sources_.clock.monotonic());
    timer_.expires_after(kSampleInterval);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) sample();
    });
  }

  AdminOptions options_;
  Sources sources_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::steady_timer timer_;
  Live live_;
  App app_;
  std::mutex socket_mutex_;
  std::unique_ptr<http::ListenSocket> socket_;  // kept for a process that goes on with it
  std::uint16_t port_ = 0;
  std::unique_ptr<http::Listener> listener_;
  std::jthread thread_;
};

}  // namespace

Result<std::unique_ptr<Admin>> make_admin(AdminOptions options, Sources sources) {
  if (!options.token.empty() && options.token.size() < kShortestToken)
    return fail(
        ErrorKind::Invalid,
        fmt::format("the admin token is too short: give it {} characters or more", kShortestToken));
  if (options.token.empty() && !is_loopback(options.address.host))
    return fail(ErrorKind::Denied,
                fmt::format("the admin panel may listen on {} only with a token: set "
                            "WWS_ADMIN_TOKEN or --admin-token-file, or use --admin-host 127.0.0.1",
                            options.address.host));
  auto admin = std::make_unique<LoopAdmin>(std::move(options), std::move(sources));
  WWS_CHECK(admin->open());
  return admin;
}

}  // namespace wws::admin
