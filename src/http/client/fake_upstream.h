// FakeUpstream: a server of tests. It runs a script for each connection on a thread of its own and
// can misbehave in every way a script can write down. Everything ends in its destructor.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "http/client/client.h"
#include "io/task.h"

namespace wws::http {

// A certificate of `name` ("localhost" or a numeric address) that signs itself.
struct FakeIdentity {
  explicit FakeIdentity(const std::string& name);
  ~FakeIdentity();
  FakeIdentity(const FakeIdentity&) = delete;
  FakeIdentity& operator=(const FakeIdentity&) = delete;

  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  std::string file;  // the certificate in PEM
};

class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool start_tls(SSL_CTX* context);
  // Head and body (Content-Length or chunked, raw); empty when the client left.
  std::string read_request();
  // Whatever comes next, added; false when the client left.
  bool read_more(std::string& into);
  // Whether all of it was taken by the kernel.
  bool send(std::string_view bytes);
  // Returns when the client has closed.
  void wait_closed();
  // Ends the TLS stream properly.
  void end_tls();
  void interrupt();

 private:
  int fd_;
  SSL* ssl_ = nullptr;
};

class FakeUpstream {
 public:
  // `connection` counts from 0.
  using Script = std::function<void(Peer& peer, int connection)>;

  // What it chooses by ALPN: HTTP/2 of those who offer it, or nothing.
  enum class Alpn : bool { None, Http2 };

  explicit FakeUpstream(Script script, const FakeIdentity* identity = nullptr,
                        Alpn alpn = Alpn::None);
  ~FakeUpstream();
  FakeUpstream(const FakeUpstream&) = delete;
  FakeUpstream& operator=(const FakeUpstream&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  // What the peers read, in order.
  [[nodiscard]] std::vector<std::string> requests() const;
  // read_request() that is remembered.
  std::string receive(Peer& peer);

 private:
  void accept_loop();
  void serve(Peer& peer, int index);

  Script script_;
  SSL_CTX* tls_ = nullptr;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::thread> threads_;
  std::vector<std::string> requests_;
  std::thread acceptor_;
};

// A body that begins and then says nothing more, until its reader is cancelled.
class SilentAfter final : public BodySource {
 public:
  explicit SilentAfter(std::string begin) : begin_(std::move(begin)) {}
  Task<Result<std::string>> read() override;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return {}; }

 private:
  std::string begin_;
};

// A whole response.
struct Answer {
  int status = 0;
  Headers headers;
  std::string body;
};

// An AddressFilter.
Result<void> allow_all(std::string_view address);
Task<Result<Answer>> ask(Client& client, ClientRequest request, AddressFilter filter);
Task<Result<std::string>> body_of(Client& client, ClientRequest request);

// Runs the loop until the task has ended.
template <typename T>
T await_on(boost::asio::io_context& loop, Task<T> task) {
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr thrown, T value) {
    WWS_ASSERT(!thrown, "a task threw");
    result.emplace(std::move(value));
  });
  loop.restart();
  while (!result) WWS_ASSERT(loop.run_one_for(std::chrono::seconds(20)) > 0, "a task hangs");
  return std::move(*result);
}

}  // namespace wws::http
