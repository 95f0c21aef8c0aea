// A listener of tests on a loop and thread of its own, and a socket to it.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include "http/listener.h"

namespace wws::http {

class TestServer final {
 public:
  template <typename Function>
  auto on_loop(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto future = task.get_future();
    boost::asio::post(loop_, std::move(task));
    return future.get();
  }
  // The handler is asked on the server's thread.
  TestServer(Handler& handler, const ListenerOptions& options) {
    auto socket = ListenSocket::open({.host = "127.0.0.1", .port = 0}, ReusePort::No);
    port_ = (*socket)->port();
    listener_ = *make_listener(loop_, *std::move(socket), options, handler, log_);
    listener_->start();
    thread_ = std::jthread([this] { loop_.run(); });
  }
  ~TestServer() {
    on_loop([this] {
      listener_->close_all();
      return 0;
    });
    // Handlers that were cut end by themselves; what does not is destroyed with the loop.
    for (int i = 0; i < 200 && open_connections() > 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    loop_.stop();
    thread_.join();
    listener_.reset();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] boost::asio::io_context& loop() { return loop_; }
  [[nodiscard]] observe::MemoryLog& log() { return log_; }
  [[nodiscard]] std::size_t open_connections() {
    return on_loop([this] { return listener_->open_connections(); });
  }
  void stop_accepting(std::chrono::milliseconds patience = std::chrono::milliseconds(0)) {
    on_loop([this, patience] {
      listener_->stop_accepting(patience);
      return 0;
    });
  }

 private:
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      loop_.get_executor()};
  observe::MemoryLog log_;
  std::unique_ptr<Listener> listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

// A blocking socket that does not wait for ever.
class TestSocket final {
 public:
  explicit TestSocket(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    // Else what it sends of a window waits 40 ms for the server's acknowledgement, each time.
    const int yes = 1;
    EXPECT_EQ(setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), 0);
  }
  ~TestSocket() { close(); }
  TestSocket(const TestSocket&) = delete;
  TestSocket& operator=(const TestSocket&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // More bytes; nothing at the end of the connection.
  [[nodiscard]] std::string receive() const {
    pollfd ready{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, 20'000) <= 0) {
      ADD_FAILURE() << "no answer";
      return {};
    }
    std::string bytes(64 * 1024, '\0');
    const ssize_t got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  [[nodiscard]] std::string receive_all() const {
    std::string all;
    for (std::string more = receive(); !more.empty(); more = receive()) all += more;
    return all;
  }

 private:
  int descriptor_;
};

}  // namespace wws::http
