#include "http/listener.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace wws::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// Nothing here should take this long; it only keeps a broken server from hanging the tests.
constexpr int kPatience = 20'000;

// A client that sends what it is told, byte for byte.
class RawClient final {
 public:
  explicit RawClient(std::uint16_t port, int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0)
      setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void finish_sending() const { ::shutdown(socket_, SHUT_WR); }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // More bytes; nothing at the end of the connection.
  std::string receive(std::size_t most = 65536) {
    pollfd descriptor{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&descriptor, 1, kPatience) <= 0) {
      ADD_FAILURE() << "no answer";
      return {};
    }
    std::string bytes(most, '\0');
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got < 0) was_reset_ = true;
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  std::string receive_until(std::string_view end) {
    while (true) {
      const std::size_t at = rest_.find(end);
      if (at != std::string::npos) return take(at + end.size());
      const std::string more = receive();
      if (more.empty()) return take(rest_.size());
      rest_ += more;
    }
  }
  std::string receive_all() {
    for (std::string more = receive(); !more.empty(); more = receive()) rest_ += more;
    return take(rest_.size());
  }
  [[nodiscard]] bool was_reset() const { return was_reset_; }

 private:
  std::string take(std::size_t count) {
    std::string taken = rest_.substr(0, count);
    rest_.erase(0, count);
    return taken;
  }

  int socket_;
  bool connected_ = false;
  bool was_reset_ = false;
  std::string rest_;
};

// GCC 12 destroys a braced aggregate twice when it is an argument inside a co_await expression, so
// heads are made by a call.
ResponseHead with_status(int status) {
  ResponseHead head;
  head.status = status;
  return head;
}

// Larger than any socket buffer, so that it leaves in several turns.
constexpr std::size_t kTestFileBytes = 9'000'000;

std::string test_file_content() {
  std::string text(kTestFileBytes, '\0');
  std::uint32_t state = 1;
  for (char& c : text) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  return text;
}

class TestFile final {
 public:
  TestFile() : descriptor_(memfd_create("wws-test", MFD_CLOEXEC)) {
    const std::string text = test_file_content();
    EXPECT_EQ(::write(descriptor_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
  ~TestFile() { ::close(descriptor_); }
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// What the handler does, chosen by the path; a map of ways a handler can behave.
class TestHandler final : public Handler {
 public:
  explicit TestHandler(asio::io_context& loop) : loop_(loop) {}

  Task<void> handle(Exchange& exchange) override {
    ++requests;
    const std::string path(exchange.request().path());
    if (path == "/hello")
      co_await hello(exchange);
    else if (path == "/echo")
      co_await echo(exchange);
    else if (path == "/pipe")
      co_await pipe(exchange);
    else if (path == "/stream")
      co_await stream(exchange);
    else if (path == "/flood")
      co_await flood(exchange);
    else if (path.starts_with("/whole"))
      co_await whole(exchange, path);
    else if (path.starts_with("/file"))
      co_await file(exchange, path);
    else if (path == "/short")
      co_await short_answer(exchange);
    else if (path == "/evil")
      co_await evil(exchange);
    else if (path == "/wait")
      co_await wait(exchange);
    else if (path == "/limited")
      co_await limited(exchange);
    else if (path == "/swallow")
      co_await swallow(exchange);
    else if (path == "/throw")
      throw std::runtime_error("thrown");
    else if (path == "/abort")
      co_await abort_midway(exchange);
    else if (path.starts_with("/status/"))
      co_await status(exchange, std::stoi(path.substr(8)));
    // "/nothing" returns without an answer.
  }
  void complete(const RequestHead&, ResponseHead& response) const override {
    response.headers.add("X-Everywhere", "yes");
  }

  std::atomic<int> requests{0};
  std::atomic<int> gone{0};
  std::atomic<int> waiting{0};
  std::atomic<std::size_t> written{0};
  std::atomic<int> flood_ended{0};
  std::atomic<int> buffered{0};

  // Lets /wait go on. From any thread.
  void release() {
    asio::post(loop_, [this] {
      if (waiter_ != nullptr) waiter_->cancel();
    });
  }

 private:
  static Task<void> hello(Exchange& exchange) {
    ResponseHead head;
    head.headers.add("Content-Type", "text/plain");
    const auto sent = co_await exchange.respond(std::move(head), "hello");
    if (!sent) co_return;
    const auto again = co_await exchange.respond(with_status(200), "again");
    EXPECT_EQ(again.error().kind(), ErrorKind::Invalid);
  }
  Task<void> echo(Exchange& exchange) {
    if (exchange.buffered_body()) ++buffered;
    std::string all;
    while (true) {
      auto piece = co_await exchange.read();
      if (!piece) co_return;  // the connection knows what to answer
      if (piece->empty()) break;
      all += *piece;
    }
    EXPECT_EQ((co_await exchange.read())->size(), 0U);
    [[maybe_unused]] const auto sent = co_await exchange.respond(with_status(200), std::move(all));
  }
  // Answers while it reads.
  static Task<void> pipe(Exchange& exchange) {
    const auto started = co_await exchange.start(with_status(200), std::nullopt);
    EXPECT_TRUE(started.has_value());
    while (true) {
      auto piece = co_await exchange.read();
      if (!piece) co_return exchange.abort();
      if (piece->empty()) break;
      [[maybe_unused]] const auto written = co_await exchange.write(*piece);
    }
    [[maybe_unused]] const auto ended = co_await exchange.finish();
  }
  static Task<void> stream(Exchange& exchange) {
    if (!(co_await exchange.start(with_status(200), std::nullopt))) co_return;
    for (const std::string_view part : {"one", "", "two"}) {
      const auto sent = co_await exchange.write(part);
      EXPECT_TRUE(sent.has_value());
    }
    [[maybe_unused]] const auto ended = co_await exchange.finish();
  }
  Task<void> flood(Exchange& exchange) {
    const std::string block(64 * 1024, 'x');
    bool going = (co_await exchange.start(with_status(200), std::nullopt)).has_value();
    for (int i = 0; i < 1000 && going; ++i) {
      going = (co_await exchange.write(block)).has_value();
      if (going) written += block.size();
    }
    if (going) going = (co_await exchange.finish()).has_value();
    flood_ended = going ? 1 : -1;
  }
  // "/file": a part of a large file; "/file/chunked": of unknown length; "/file/short": more than
  // there is.
  static Task<void> file(Exchange& exchange, std::string path) {
    const TestFile file;
    const bool chunked = path == "/file/chunked";
    const std::uint64_t length = path == "/file/short" ? kTestFileBytes : kTestFileBytes - 7;
    const auto announced = chunked ? std::nullopt : std::optional<std::uint64_t>(length);
    if (!(co_await exchange.start(with_status(200), announced))) co_return;
    const auto sent = co_await exchange.write_file(file.descriptor(), 7, length);
    EXPECT_EQ(sent.has_value(), path != "/file/short" || exchange.request().method == "HEAD");
    if (!sent) {
      EXPECT_EQ(sent.error().kind(), ErrorKind::Gone);
      exchange.abort();
      co_return;
    }
    const auto more = co_await exchange.write_file(file.descriptor(), 0, 1);
    EXPECT_EQ(more.has_value(), chunked);
    [[maybe_unused]] const auto ended = co_await exchange.finish();
  }
  // "/whole": a file in one call; "/whole/short": more than there is; "/whole/bytes": borrowed
  // ones.
  static Task<void> whole(Exchange& exchange, std::string path) {
    if (path == "/whole/bytes") {
      const std::string bytes = test_file_content();
      const auto sent = co_await exchange.respond_with(with_status(200), bytes);
      EXPECT_TRUE(sent.has_value());
      co_return;
    }
    const TestFile file;
    const std::uint64_t length = path == "/whole/short" ? kTestFileBytes : kTestFileBytes - 7;
    const auto sent =
        co_await exchange.respond_with_file(with_status(200), file.descriptor(), 7, length);
    EXPECT_EQ(sent.has_value(), path != "/whole/short" || exchange.request().method == "HEAD");
    if (sent) co_return;
    EXPECT_EQ(sent.error().kind(), ErrorKind::Gone);
    exchange.abort();
  }
  static Task<void> short_answer(Exchange& exchange) {
    if (!(co_await exchange.start(with_status(200), 10))) co_return;
    EXPECT_FALSE((co_await exchange.write("12345678901")).has_value());
    EXPECT_TRUE((co_await exchange.write("12345")).has_value());
    EXPECT_EQ((co_await exchange.finish()).error().kind(), ErrorKind::Invalid);
  }
  static Task<void> evil(Exchange& exchange) {
    ResponseHead head;
    head.headers.add("X", "a\r\nSet-Cookie: b=c");
    const auto refused = co_await exchange.respond(std::move(head), "evil");
    EXPECT_EQ(refused.error().kind(), ErrorKind::Invalid);
    EXPECT_FALSE(exchange.started());
    const auto sent = co_await exchange.respond(with_status(500), "refused");
    EXPECT_TRUE(sent.has_value());
  }
  Task<void> wait(Exchange& exchange) {
    asio::steady_timer timer(loop_, std::chrono::hours(1));
    waiter_ = &timer;
    exchange.on_gone([this] {
      ++gone;
      waiter_->cancel();
    });
    ++waiting;
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    waiter_ = nullptr;
    [[maybe_unused]] const auto sent = co_await exchange.respond(with_status(200), "waited");
  }
  static Task<void> limited(Exchange& exchange) {
    exchange.set_body_limit(10);
    auto piece = co_await exchange.read();
    while (piece && !piece->empty()) piece = co_await exchange.read();
    const bool over = !piece && piece.error().kind() == ErrorKind::Exhausted;
    [[maybe_unused]] const auto sent =
        co_await exchange.respond(with_status(200), over ? "over" : "fits");
  }
  static Task<void> swallow(Exchange& exchange) {
    const auto first = co_await exchange.read();
    [[maybe_unused]] const auto sent =
        co_await exchange.respond(with_status(200), first ? "some" : "none");
  }
  static Task<void> abort_midway(Exchange& exchange) {
    if (!(co_await exchange.start(with_status(200), std::nullopt))) co_return;
    if (!(co_await exchange.write("part"))) co_return;
    exchange.abort();
    EXPECT_EQ((co_await exchange.write("more")).error().kind(), ErrorKind::Gone);
  }
  static Task<void> status(Exchange& exchange, int code) {
    [[maybe_unused]] const auto sent = co_await exchange.respond(with_status(code), "body");
  }

  asio::io_context& loop_;
  asio::steady_timer* waiter_ = nullptr;
};

// A whole server on its own thread.
class Server final {
 public:
  explicit Server(const ConnectionLimits& limits = {}) : handler(loop_) {
    auto made =
        make_listener(loop_, {.host = "127.0.0.1", .port = 0}, ReusePort::No, limits, handler, log);
    EXPECT_TRUE(made.has_value());
    listener_ = std::move(*made);
    port = listener_->port();
    listener_->start();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Server() {
    on_loop([this] { listener_->close_all(); });
    thread_.join();  // the loop ends by itself: nothing may be left on it
    EXPECT_EQ(listener_->open_connections(), 0U);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void on_loop(const std::function<void()>& act) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      act();
      done.set_value();
    });
    if (done.get_future().wait_for(20s) != std::future_status::ready) std::abort();
  }
  void stop() {
    on_loop([this] { listener_->stop_accepting(); });
  }
  std::size_t open() {
    std::size_t count = 0;
    on_loop([&] { count = listener_->open_connections(); });
    return count;
  }
  std::string ask(std::string_view bytes) const {
    RawClient client(port);
    client.send(bytes);
    return client.receive_all();
  }
  Listener& listener() { return *listener_; }

 private:
  asio::io_context loop_{1};

 public:
  TestHandler handler;
  observe::MemoryLog log;
  std::uint16_t port = 0;

 private:
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
};

// Waits for what another thread will certainly do.
template <typename Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

std::string get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}
std::string post(std::string_view path, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}
constexpr std::string_view kClose = "Connection: close\r\n";

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
bool is_status(std::string_view response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}
std::string_view body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view("no head") : response.substr(end + 4);
}

TEST(Listener, NamesTheAddressItCannotBind) {
  Server server;
  asio::io_context loop;
  const auto second = make_listener(loop, {.host = "127.0.0.1", .port = server.port}, ReusePort::No,
                                    {}, server.handler, server.log);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().message(), "cannot listen on 127.0.0.1:" + std::to_string(server.port) +
                                          ": address already in use");
}

TEST(Listener, SharesAPortBetweenLoops) {
  asio::io_context loop;
  TestHandler handler(loop);
  observe::MemoryLog log;
  const auto one =
      make_listener(loop, {.host = "127.0.0.1", .port = 0}, ReusePort::Yes, {}, handler, log);
  ASSERT_TRUE(one.has_value());
  EXPECT_TRUE(
      make_listener(loop, {.port = (*one)->port()}, ReusePort::Yes, {}, handler, log).has_value());
}

TEST(Listener, TakesAllWhoWaitInOneRoundOfItsLoop) {
  asio::io_context loop;
  TestHandler handler(loop);
  observe::MemoryLog log;
  const auto listener =
      make_listener(loop, {.host = "127.0.0.1", .port = 0}, ReusePort::No, {}, handler, log);
  ASSERT_TRUE(listener.has_value());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(std::make_unique<RawClient>((*listener)->port()));
  (*listener)->start();
  // One step is a request's, and how many of them there are in a round is the clients' choice.
  loop.run_one();
  EXPECT_EQ((*listener)->open_connections(), 20u);
}

TEST(Listener, KeepsAConnectionForTheNextRequest) {
  Server server;
  RawClient client(server.port);
  for (int i = 0; i < 3; ++i) {
    client.send(get("/hello"));
    const std::string response = client.receive_until("hello");
    EXPECT_TRUE(is_status(response, 200));
    EXPECT_TRUE(has(response, "\r\nContent-Length: 5\r\n"));
    EXPECT_TRUE(has(response, "\r\nDate: "));
    EXPECT_FALSE(has(response, "Connection:"));
  }
  client.send(get("/hello", kClose));
  const std::string last = client.receive_all();
  EXPECT_TRUE(has(last, "\r\nConnection: close\r\n"));
  EXPECT_FALSE(client.was_reset());
}

TEST(Listener, AnswersPipelinedRequestsInOrder) {
  Server server;
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += post("/echo", "[" + std::to_string(i) + "]");
  requests += get("/hello", kClose);
  const std::string responses = server.ask(requests);
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = responses.find("\r\n\r\n[" + std::to_string(i) + "]", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_TRUE(responses.ends_with("hello"));
}

TEST(Listener, AnswersHeadLikeGetWithoutItsBody) {
  Server server;
  for (const std::string_view path : {"/hello", "/stream"}) {
    const std::string with = server.ask(get(path, kClose));
    const std::string without = server.ask("HEAD " + std::string(path) +
                                           " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto fields = [](std::string_view text) {
      return text.substr(text.find("\r\n", text.find("Date: ")));
    };
    EXPECT_EQ(fields(without), fields(with).substr(0, fields(with).find("\r\n\r\n") + 4)) << path;
  }
}

TEST(Listener, StreamsInChunks) {
  Server server;
  EXPECT_EQ(body_of(server.ask(get("/stream", kClose))), "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
}

TEST(Listener, EndsAStreamWithTheConnectionForOldClients) {
  Server server;
  const std::string response = server.ask("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(response), "onetwo");
  EXPECT_FALSE(has(response, "chunked"));
}

TEST(Listener, KeepsAnOldClientThatAsksForIt) {
  Server server;
  RawClient client(server.port);
  client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_TRUE(has(client.receive_until("hello"), "Connection: keep-alive\r\n"));
  client.send("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(has(client.receive_all(), "Connection: close\r\n"));
}

TEST(Listener, NeverSendsABodyWithAStatusThatHasNone) {
  Server server;
  for (const int status : {204, 304}) {
    const std::string response = server.ask(get("/status/" + std::to_string(status), kClose));
    EXPECT_TRUE(is_status(response, status));
    EXPECT_EQ(body_of(response), "");
    EXPECT_FALSE(has(response, "Content-Length"));
  }
}

TEST(Listener, HasSmallBodiesBeforeTheHandlerRuns) {
  Server server;
  RawClient client(server.port);
  const std::string body(60'000, 'b');
  const std::string request = post("/echo", body, kClose);
  client.send(std::string_view(request).substr(0, 100));
  client.send(std::string_view(request).substr(100));
  EXPECT_EQ(body_of(client.receive_all()), body);
  EXPECT_EQ(server.handler.buffered, 1);
}

TEST(Listener, StreamsLargeAndChunkedBodies) {
  Server server;
  const std::string body(1'000'000, 'b');
  EXPECT_EQ(body_of(server.ask(post("/echo", body, kClose))), body);
  EXPECT_EQ(
      body_of(server.ask(
          "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
          "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")),
      "abcde");
}

constexpr const char* kExpectsToSendMuch =
    "HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n";

TEST(Listener, SaysContinueWhenALargeBodyIsRead) {
  Server server;
  RawClient client(server.port);
  client.send(std::string("POST /echo ") + kExpectsToSendMuch);
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send(std::string(99'997, 'x') + "end");
  EXPECT_TRUE(is_status(client.receive_until("end"), 200));
  client.send(get("/hello"));
  EXPECT_TRUE(is_status(client.receive_until("hello"), 200));
}

constexpr const char* kExpectsToSendLittle =
    "HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";

TEST(Listener, SaysContinueWhenASmallBodyIsRead) {
  Server server;
  RawClient client(server.port);
  client.send(std::string("POST /echo ") + kExpectsToSendLittle);
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(server.handler.requests, 1);
  client.send("hi");
  EXPECT_TRUE(is_status(client.receive_until("\r\n\r\nhi"), 200));
  EXPECT_EQ(server.handler.buffered, 0);
  client.send(get("/hello"));
  EXPECT_TRUE(is_status(client.receive_until("hello"), 200));
}

TEST(Listener, DoesNotSayContinueForABodyNobodyReads) {
  for (const std::string request : {kExpectsToSendMuch, kExpectsToSendLittle}) {
    Server server;
    RawClient client(server.port);
    client.send("POST /hello " + request);
    const std::string response = client.receive_until("hello");
    EXPECT_TRUE(is_status(response, 200)) << request;
    EXPECT_TRUE(has(response, "Connection: close\r\n")) << request;
  }
}

TEST(Listener, SaysContinueBeforeAnAnswerThatMayReadOn) {
  Server server;
  RawClient client(server.port);
  client.send(std::string("POST /pipe ") + kExpectsToSendLittle);
  EXPECT_EQ(client.receive_until("100 Continue\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_TRUE(is_status(client.receive_until("0\r\n\r\n"), 200));
}

TEST(Listener, ABodyThatCameUnaskedIsNotAskedFor) {
  Server server;
  RawClient client(server.port);
  client.send(std::string("POST /echo ") + kExpectsToSendLittle + "hi");
  EXPECT_TRUE(is_status(client.receive_until("\r\n\r\nhi"), 200));
  EXPECT_EQ(server.handler.buffered, 1);
}

TEST(Listener, RefusesWhatIsMalformedAndCloses) {
  Server server;
  const std::string response = server.ask("GET / HTTP/1.1\r\n\r\n" + get("/hello"));
  EXPECT_TRUE(is_status(response, 400));
  EXPECT_TRUE(has(response, "there is no Host"));
  EXPECT_TRUE(has(response, "Connection: close\r\n"));
  EXPECT_TRUE(
      is_status(server.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"), 501));
  EXPECT_TRUE(is_status(server.ask("GET / HTTP/3.0\r\n\r\n"), 505));
  EXPECT_EQ(server.handler.requests, 0);
}

TEST(Listener, RefusesALongHead) {
  Server server({.max_head_bytes = 1000, .max_headers = 10});
  EXPECT_TRUE(is_status(server.ask(get("/hello", "X: " + std::string(50'000, 'x') + "\r\n")), 431));
  std::string many;
  for (int i = 0; i < 11; ++i) many += "a: 1\r\n";
  EXPECT_TRUE(is_status(server.ask(get("/hello", many)), 431));
  EXPECT_EQ(server.handler.requests, 0);
}

TEST(Listener, RefusesALargeBodyByItsLengthAndLetsTheClientSeeWhy) {
  Server server({.max_body_bytes = 1000});
  RawClient client(server.port);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
  client.send(std::string(4'000'000, 'x'));
  client.finish_sending();
  const std::string response = client.receive_all();
  EXPECT_TRUE(is_status(response, 413));
  EXPECT_NE(response.find("X-Everywhere: yes\r\n"), std::string::npos);
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(server.handler.requests, 0);
}

TEST(Listener, RefusesALargeChunkedBodyWhenItGetsThere) {
  Server server({.max_body_bytes = 10});
  EXPECT_TRUE(
      is_status(server.ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "b\r\n01234567890\r\n0\r\n\r\n"),
                413));
}

TEST(Listener, BoundsABodyAsTheHandlerAsks) {
  Server server;
  EXPECT_EQ(body_of(server.ask(post("/limited", "0123456789", kClose))), "fits");
  EXPECT_EQ(body_of(server.ask(post("/limited", "01234567890", kClose))), "over");
  EXPECT_EQ(
      body_of(server.ask(
          "POST /limited HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n"
          "\r\nb\r\n01234567890\r\n0\r\n\r\n")),
      "over");
}

TEST(Listener, ClosesAfterABodyThatWasNotReadWhole) {
  Server server;
  RawClient client(server.port);
  client.send(post("/swallow", std::string(500'000, 'x')) + get("/hello"));
  client.finish_sending();
  const std::string response = client.receive_all();
  EXPECT_TRUE(response.ends_with("some"));
  EXPECT_TRUE(has(response, "Connection: close\r\n"));
  EXPECT_FALSE(client.was_reset());
}

TEST(Listener, AnswersAMalformedChunkThatTheHandlerGaveUpOn) {
  Server server;
  RawClient client(server.port);
  client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.handler.requests == 1; }));
  client.send("zz\r\n");
  client.finish_sending();
  EXPECT_TRUE(is_status(client.receive_all(), 400));
}

TEST(Listener, AnswersForAHandlerThatDoesNot) {
  Server server;
  EXPECT_TRUE(is_status(server.ask(get("/nothing")), 500));
  EXPECT_TRUE(is_status(server.ask(get("/throw")), 500));
  EXPECT_TRUE(server.log.contains("thrown"));
}

TEST(Listener, NeverWritesAHeaderThatBreaksOut) {
  Server server;
  const std::string response = server.ask(get("/evil", kClose));
  EXPECT_TRUE(is_status(response, 500));
  EXPECT_FALSE(has(response, "Set-Cookie"));
  EXPECT_EQ(body_of(response), "refused");
}

TEST(Listener, ShowsTheClientThatAResponseIsNotWhole) {
  Server server;
  for (const std::string_view path : {"/short", "/abort"}) {
    const std::string response = server.ask(get(path));
    EXPECT_FALSE(response.ends_with("0\r\n\r\n")) << path;
    EXPECT_LT(body_of(response).size(), 10U) << path;
  }
}

// The file from its byte 7 on, to a reader that is slow, and then the connection's next answer.
void expect_file_and_next(const std::string& path) {
  Server server;
  RawClient client(server.port, 4096);
  ASSERT_TRUE(client.send("GET " + path +
                          " HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n"
                          "Connection: close\r\n\r\n"));
  const std::string head = client.receive_until("\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 8999993\r\n"), std::string::npos) << head;
  const std::string rest = client.receive_all();
  ASSERT_GT(rest.size(), kTestFileBytes - 7);
  EXPECT_TRUE(rest.substr(0, kTestFileBytes - 7) == test_file_content().substr(7));
  EXPECT_NE(rest.find("hello", kTestFileBytes - 7), std::string::npos) << "the connection goes on";
}

TEST(Listener, SendsAPartOfAFile) { expect_file_and_next("/file"); }

TEST(Listener, SendsAWholeFileWithItsHead) { expect_file_and_next("/whole"); }

TEST(Listener, SendsBorrowedBytesToASlowReader) {
  Server server;
  RawClient client(server.port, 4096);
  ASSERT_TRUE(client.send("GET /whole/bytes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  client.receive_until("\r\n\r\n");
  EXPECT_TRUE(client.receive_all() == test_file_content());
}

TEST(Listener, SendsOnlyTheHeadOfAWholeFileToHead) {
  Server server;
  RawClient client(server.port);
  ASSERT_TRUE(client.send("HEAD /whole HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string all = client.receive_all();
  EXPECT_NE(all.find("Content-Length: 8999993\r\n"), std::string::npos) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\n")) << all.size();
}

TEST(Listener, CutsAWholeFileThatIsShorterThanAnnounced) {
  Server server;
  RawClient client(server.port);
  ASSERT_TRUE(client.send("GET /whole/short HTTP/1.1\r\nHost: x\r\n\r\n"));
  const std::string all = client.receive_all();
  EXPECT_LT(all.size(), kTestFileBytes + 7);
  EXPECT_TRUE(client.was_reset());
}

TEST(Listener, SendsAFileInChunks) {
  Server server;
  RawClient client(server.port);
  ASSERT_TRUE(client.send("GET /file/chunked HTTP/1.0\r\n\r\n"));
  client.receive_until("\r\n\r\n");
  const std::string content = test_file_content();
  EXPECT_TRUE(client.receive_all() == content.substr(7) + content.substr(0, 1));
  RawClient other(server.port);
  ASSERT_TRUE(other.send("GET /file/chunked HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string all = other.receive_all();
  EXPECT_NE(all.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_TRUE(all.ends_with("0\r\n\r\n"));
}

TEST(Listener, SendsOnlyTheHeadOfAFileToHead) {
  Server server;
  RawClient client(server.port);
  ASSERT_TRUE(client.send("HEAD /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string all = client.receive_all();
  EXPECT_NE(all.find("Content-Length: 8999993\r\n"), std::string::npos) << all;
  EXPECT_TRUE(all.ends_with("\r\n\r\n")) << all.size();
}

TEST(Listener, CutsAFileThatIsShorterThanAnnounced) {
  Server server;
  RawClient client(server.port);
  ASSERT_TRUE(client.send("GET /file/short HTTP/1.1\r\nHost: x\r\n\r\n"));
  const std::string all = client.receive_all();
  EXPECT_LT(all.size(), kTestFileBytes + 7);
  EXPECT_TRUE(client.was_reset());
}

TEST(Listener, HoldsBackAWriterWhoseReaderIsSlow) {
  Server server;
  RawClient client(server.port, 4096);
  client.send(get("/flood", kClose));
  client.receive(10);
  // The server goes on answering others while the writer is held back: it is not busy, it waits.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(is_status(server.ask(get("/hello", kClose)), 200));
  const std::size_t held_at = server.handler.written;
  EXPECT_LT(held_at, 32'000'000U);
  EXPECT_EQ(server.handler.flood_ended, 0);
  EXPECT_GT(client.receive_all().size(), 65'536'000U);
  EXPECT_TRUE(eventually([&] { return server.handler.flood_ended == 1; }));
}

TEST(Listener, GivesUpOnAReaderThatStands) {
  Server server({.write_timeout = 50ms});
  RawClient client(server.port, 4096);
  client.send(get("/flood"));
  EXPECT_TRUE(eventually([&] { return server.handler.flood_ended == -1; }));
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(Listener, TellsAWriterThatTheClientLeft) {
  Server server;
  {
    RawClient client(server.port, 4096);
    client.send(get("/flood"));
    client.receive(10);
  }
  EXPECT_TRUE(eventually([&] { return server.handler.flood_ended == -1; }));
}

TEST(Listener, TellsAWaitingHandlerThatTheClientLeft) {
  Server server;
  for (const std::string_view behind : {"", "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    const int before = server.handler.waiting;
    {
      RawClient client(server.port);
      client.send(get("/wait") + std::string(behind));
      ASSERT_TRUE(eventually([&] { return server.handler.waiting == before + 1; }));
    }
    EXPECT_TRUE(eventually([&] { return server.handler.gone == before + 1; }));
  }
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(Listener, KeepsPipelinedBytesWhileTheHandlerWaits) {
  Server server;
  RawClient client(server.port);
  client.send(get("/wait") + get("/hello", kClose));
  ASSERT_TRUE(eventually([&] { return server.handler.waiting == 1; }));
  server.handler.release();
  const std::string both = client.receive_all();
  EXPECT_TRUE(has(both, "waited"));
  EXPECT_TRUE(both.ends_with("hello"));
  EXPECT_EQ(server.handler.gone, 0);
}

TEST(Listener, TimesOutASlowHead) {
  Server server({.header_timeout = 30ms});
  RawClient client(server.port);
  client.send("GET / HT");
  EXPECT_TRUE(is_status(client.receive_all(), 408));
}

TEST(Listener, TimesOutAHeadThatTricklesIn) {
  Server server({.header_timeout = 60ms});
  RawClient client(server.port);
  client.send("GET / HTTP/1.1\r\n");
  std::atomic<bool> answered{false};
  std::thread trickle([&] {
    while (!answered && client.send("X: 1\r\n")) std::this_thread::sleep_for(5ms);
  });
  const std::string response = client.receive_until("\r\n\r\n");
  answered = true;
  trickle.join();
  EXPECT_TRUE(is_status(response, 408));
}

TEST(Listener, ClosesAnIdleConnectionSilently) {
  Server server({.idle_timeout = 30ms});
  EXPECT_EQ(server.ask(""), "");
  RawClient client(server.port);
  client.send(get("/hello"));
  EXPECT_TRUE(client.receive_all().ends_with("hello"));
}

TEST(Listener, TimesOutABodyThatDoesNotCome) {
  Server server({.body_timeout = 30ms});
  for (const std::string_view length : {"100", "100000"}) {
    RawClient client(server.port);
    client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::string(length) +
                "\r\n\r\nabc");
    EXPECT_TRUE(is_status(client.receive_until("\r\n\r\n"), 408)) << length;
  }
}

TEST(Listener, StopsIdleConnectionsAtOnceAndLetsRequestsFinish) {
  Server server;
  RawClient silent(server.port);
  RawClient idle(server.port);
  idle.send(get("/hello"));
  idle.receive_until("hello");
  RawClient busy(server.port);
  busy.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return server.handler.waiting == 1 && server.open() == 3; }));
  server.stop();
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_EQ(idle.receive_all(), "");
  EXPECT_TRUE(eventually([&] { return server.open() == 1; }));
  EXPECT_FALSE(RawClient(server.port).connected());
  server.handler.release();
  const std::string response = busy.receive_all();
  EXPECT_TRUE(response.ends_with("waited"));
  EXPECT_TRUE(has(response, "Connection: close\r\n"));
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(Listener, CutsWhatIsOpenAndTellsItsHandlers) {
  Server server;
  RawClient busy(server.port);
  busy.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return server.handler.waiting == 1; }));
  server.on_loop([&] { server.listener().close_all(); });
  EXPECT_EQ(busy.receive_all(), "");
  EXPECT_EQ(server.handler.gone, 1);
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

TEST(Listener, LetsConnectionsOverTheBoundWaitForTheirTurn) {
  Server server({.max_connections = 1});
  RawClient first(server.port);
  first.send(get("/hello"));
  first.receive_until("hello");
  RawClient second(server.port);
  second.send(get("/hello", kClose));
  EXPECT_EQ(server.open(), 1U);
  EXPECT_EQ(server.handler.requests, 1);
  first.close();
  EXPECT_TRUE(second.receive_all().ends_with("hello"));
}

TEST(Listener, SurvivesRequestsCutAnywhere) {
  Server server;
  const std::string requests[] = {post("/echo", "body", "X-Some: thing\r\n"),
                                  "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                  "chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n"};
  for (const std::string& request : requests) {
    for (std::size_t length = 0; length < request.size(); ++length) {
      RawClient client(server.port);
      client.send(std::string_view(request).substr(0, length));
      client.finish_sending();
      EXPECT_FALSE(is_status(client.receive_all(), 200)) << length;
    }
    for (std::size_t length = 0; length < request.size(); length += 3) {
      RawClient client(server.port);
      client.send(std::string_view(request).substr(0, length));
      client.close();
    }
  }
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
  EXPECT_TRUE(is_status(server.ask(get("/hello", kClose)), 200));
}

TEST(Listener, MayBeDestroyedBeforeItsConnectionsEnd) {
  asio::io_context loop;
  TestHandler handler(loop);
  observe::MemoryLog log;
  auto listener =
      make_listener(loop, {.host = "127.0.0.1", .port = 0}, ReusePort::No, {}, handler, log);
  ASSERT_TRUE(listener.has_value());
  (*listener)->start();
  RawClient busy((*listener)->port());
  RawClient idle((*listener)->port());
  busy.send(get("/wait"));
  while (handler.waiting == 0 || (*listener)->open_connections() < 2) loop.run_one();
  listener->reset();
  loop.run();
  EXPECT_EQ(handler.gone, 1);
  EXPECT_EQ(busy.receive_all(), "");
}

}  // namespace
}  // namespace wws::http
