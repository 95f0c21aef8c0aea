#include "http/websocket/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <thread>

#include "http/test_server.h"
#include "http/websocket/test_frames.h"

namespace wws::http::websocket {
namespace {

using namespace std::chrono_literals;

// Echoes; `greet` may send before the socket is open. `greatest` is what ever waited for the
// client.
class Echo final : public Handler {
 public:
  explicit Echo(const Limits& limits) : limits_(limits) {}

  Task<void> handle(Exchange& exchange) override {
    auto handshake = read_handshake(exchange.request());
    if (!handshake) {
      auto& refusal = handshake.error();
      co_await exchange.respond(std::move(refusal.head), std::move(refusal.body));
      co_return;
    }
    const auto loop = co_await boost::asio::this_coro::executor;
    Connection connection(exchange, loop, limits_);
    if (greet) greet(connection);
    ResponseHead head;
    auto opened = co_await connection.open(std::move(head), *std::move(handshake));
    if (!opened) co_return;
    while (true) {
      auto message = co_await connection.receive();
      if (!message) break;
      if (on_message) on_message(connection, *message);
      connection.send(message->kind, std::move(message->bytes));
      greatest = std::max(greatest, connection.queued_bytes());
    }
    co_await connection.join();
    ending.set_value(connection.ending());
  }

  std::function<void(Connection&)> greet;
  std::function<void(Connection&, const Message&)> on_message;
  std::uint64_t greatest = 0;
  std::promise<Ending> ending;

 private:
  const Limits limits_;
};

constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

// A frame of the server.
struct Frame {
  unsigned first = 0;  // its first byte; 0 at the end of the connection
  std::string payload;
  [[nodiscard]] std::uint16_t code() const {
    if (payload.size() < 2) return 0;
    return static_cast<std::uint16_t>(static_cast<std::uint8_t>(payload[0]) << 8 |
                                      static_cast<std::uint8_t>(payload[1]));
  }
};

class Client final {
 public:
  explicit Client(std::uint16_t port, std::string_view more = "") : socket_(port) {
    socket_.send(std::string(kRequest) + std::string(more) + "\r\n");
    while (in_.find("\r\n\r\n") == std::string::npos && more_bytes()) {
    }
    const auto end = std::min(in_.find("\r\n\r\n"), in_.size());
    head = in_.substr(0, end);
    in_.erase(0, end + 4);
  }
  bool send(std::string_view bytes) const { return socket_.send(bytes); }
  Frame receive() {
    while (in_.size() < 2 && more_bytes()) {
    }
    if (in_.size() < 2) return {};
    std::size_t size = static_cast<std::uint8_t>(in_[1]), head_size = 2;
    if (size > 125) {
      head_size += size == 126 ? 2 : 8;
      while (in_.size() < head_size && more_bytes()) {
      }
      size = 0;
      for (std::size_t i = 2; i < head_size; ++i)
        size = size << 8 | static_cast<std::uint8_t>(in_[i]);
    }
    while (in_.size() < head_size + size && more_bytes()) {
    }
    Frame frame{static_cast<std::uint8_t>(in_[0]), in_.substr(head_size, size)};
    in_.erase(0, head_size + size);
    return frame;
  }
  void leave() { socket_.close(); }
  [[nodiscard]] bool ended() { return in_.empty() && !more_bytes(); }

  std::string head;

 private:
  bool more_bytes() {
    const std::string more = socket_.receive();
    in_ += more;
    return !more.empty();
  }
  TestSocket socket_;
  std::string in_;
};

class WebSocketConnection : public testing::Test {
 protected:
  void start(const Limits& limits = {}) {
    echo.emplace(limits);
    server.emplace(*echo, ListenerOptions{});
  }
  Ending ending() { return echo->ending.get_future().get(); }
  std::optional<Echo> echo;
  std::optional<TestServer> server;
};

TEST_F(WebSocketConnection, TakesOverWhatFollowsTheRequest) {
  start();
  // A frame, and an empty line that is none.
  Client client(server->port(), "\r\n" + client_frame(Opcode::Text, "early"));
  EXPECT_TRUE(client.head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << client.head;
  EXPECT_NE(client.head.find("Connection: Upgrade"), std::string::npos);
  EXPECT_NE(client.head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  EXPECT_EQ(client.receive().payload, "early");
  EXPECT_EQ(client.receive().code(), 1002);
  EXPECT_EQ(ending().failure, "a frame has an unknown opcode");
}

TEST_F(WebSocketConnection, AnswersMessagesPingsAndTheClose) {
  start();
  Client client(server->port());
  client.send(client_frame(Opcode::Text, "hello") + client_frame(Opcode::Ping, "p") +
              client_frame(Opcode::Binary, std::string(70'000, 'x')));
  Frame frame = client.receive();
  EXPECT_EQ(frame.first, 0x81u);
  EXPECT_EQ(frame.payload, "hello");
  frame = client.receive();
  EXPECT_EQ(frame.first, 0x8au);
  EXPECT_EQ(frame.payload, "p");
  frame = client.receive();
  EXPECT_EQ(frame.first, 0x82u);
  EXPECT_EQ(frame.payload, std::string(70'000, 'x'));
  client.send(client_frame(Opcode::Close, close_payload_of(4321, "bye")));
  frame = client.receive();
  EXPECT_EQ(frame.first, 0x88u);
  EXPECT_EQ(frame.code(), 4321);
  EXPECT_TRUE(client.ended());
  const Ending ended = ending();
  EXPECT_EQ(ended.code, 4321);
  EXPECT_EQ(ended.reason, "bye");
  EXPECT_TRUE(ended.clean);
}

TEST_F(WebSocketConnection, SendsWhatWasSaidBeforeItWasOpen) {
  start();
  echo->greet = [](Connection& connection) {
    connection.send(Kind::Text, "welcome");
    connection.close(kNormalClosure, "and goodbye");
    EXPECT_FALSE(connection.send(Kind::Text, "too late"));
  };
  Client client(server->port());
  EXPECT_EQ(client.receive().payload, "welcome");
  const Frame frame = client.receive();
  EXPECT_EQ(frame.code(), 1000);
  EXPECT_EQ(frame.payload.substr(2), "and goodbye");
  client.send(client_frame(Opcode::Text, "not heard") +
              client_frame(Opcode::Close, close_payload_of(1000)));
  EXPECT_TRUE(client.ended());
  EXPECT_TRUE(ending().clean);
}

TEST_F(WebSocketConnection, FailsWhatIsWrong) {
  start();
  Client client(server->port());
  client.send(std::string{'\x81', '\x05'} + "hello");
  const Frame frame = client.receive();
  EXPECT_EQ(frame.code(), 1002);
  EXPECT_EQ(frame.payload.substr(2), "a frame of the client is not masked");
  EXPECT_TRUE(client.ended());
  const Ending ended = ending();
  EXPECT_EQ(ended.code, kAbnormal);
  EXPECT_FALSE(ended.clean);
  EXPECT_EQ(ended.failure, "a frame of the client is not masked");
}

TEST_F(WebSocketConnection, BoundsMessages) {
  start({.max_message_bytes = 10});
  Client client(server->port());
  client.send(client_frame(Opcode::Text, "0123456789A"));
  EXPECT_EQ(client.receive().code(), 1009);
  EXPECT_EQ(ending().bound, Ending::Bound::Message);
}

TEST_F(WebSocketConnection, NoticesAClientThatLeaves) {
  start();
  Client client(server->port());
  client.leave();
  const Ending ended = ending();
  EXPECT_EQ(ended.code, kAbnormal);
  EXPECT_FALSE(ended.clean);
  EXPECT_EQ(ended.failure, "");
}

TEST_F(WebSocketConnection, AsksASilentClientAndLosesOneThatDoesNotAnswer) {
  start({.idle_timeout = 40ms});
  Client client(server->port());
  EXPECT_EQ(client.receive().first, 0x89u);
  EXPECT_TRUE(client.ended());
  const Ending ended = ending();
  EXPECT_EQ(ended.bound, Ending::Bound::Idle);
  EXPECT_EQ(ended.failure, "the client did not answer a ping");
}

// A machine that slept: whatever is due is over, and the client could not know of it.
TEST_F(WebSocketConnection, AnswersToALatePingAreWaitedFor) {
  start({.idle_timeout = 1000ms});
  echo->greet = [](Connection&) { std::this_thread::sleep_for(1100ms); };
  Client client(server->port());
  EXPECT_EQ(client.receive().first, 0x89u);
  client.send(client_frame(Opcode::Pong, "") + client_frame(Opcode::Text, "here"));
  EXPECT_EQ(client.receive().payload, "here");
}

TEST_F(WebSocketConnection, DoesNotWaitForEverForACloseFrame) {
  start({.close_timeout = 30ms});
  echo->greet = [](Connection& connection) { connection.close(kGoingAway, ""); };
  Client client(server->port());
  EXPECT_EQ(client.receive().code(), 1001);
  EXPECT_TRUE(client.ended());
  EXPECT_FALSE(ending().clean);
}

TEST_F(WebSocketConnection, ReadsNothingWhileMuchWaitsForTheClient) {
  start();
  Client client(server->port());
  const std::string frame = client_frame(Opcode::Binary, std::string(60'000, 'x'));
  constexpr int kMessages = 400;
  std::jthread sender([&] {
    for (int i = 0; i < kMessages; ++i) client.send(frame);
  });
  // The sender is far ahead of what is read here, as far as the kernel lets it.
  for (int i = 0; i < kMessages; ++i) EXPECT_EQ(client.receive().payload.size(), 60'000u);
  sender.join();
  client.send(client_frame(Opcode::Close, ""));
  EXPECT_EQ(client.receive().first, 0x88u);
  EXPECT_EQ(ending().code, kNoStatus);
  EXPECT_LE(echo->greatest, 64u * 1024 + 2 * 60'100);
}

TEST_F(WebSocketConnection, CutsAClientThatDoesNotTakeWhatIsSentToIt) {
  start({.max_queued_bytes = 100'000});
  echo->on_message = [](Connection& connection, const Message&) {
    bool going = true;
    for (int i = 0; i < 3 && going; ++i)
      going = connection.send(Kind::Text, std::string(50'000, 'y'));
    EXPECT_FALSE(going);
  };
  Client client(server->port());
  client.send(client_frame(Opcode::Text, "go"));
  const Ending ended = ending();
  EXPECT_EQ(ended.bound, Ending::Bound::Queue);
  EXPECT_EQ(ended.code, kAbnormal);
}

TEST_F(WebSocketConnection, CompressesWhereThatIsAgreedOn) {
  start();
  Client client(server->port(), "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  EXPECT_NE(client.head.find("Sec-WebSocket-Extensions: permessage-deflate; server_max"),
            std::string::npos);
  DeflateParameters parameters;
  Deflater deflater(parameters);
  Inflater inflater(parameters);
  const std::string text = std::string(200'000, 'a') + std::string(1000, 'b');
  for (int i = 0; i < 2; ++i) {
    std::string packed, unpacked;
    ASSERT_TRUE(deflater.add(text, Deflater::Part::Last, packed));
    client.send(raw_client_frame(0xc1, packed));
    const Frame frame = client.receive();
    EXPECT_EQ(frame.first, 0xc1u);
    EXPECT_LT(frame.payload.size(), 2000u);
    ASSERT_TRUE(inflater.add(frame.payload, 0, unpacked));
    ASSERT_TRUE(inflater.end(0, unpacked));
    EXPECT_EQ(unpacked, text);
  }
  client.send(client_frame(Opcode::Text, "short"));
  EXPECT_EQ(client.receive().first, 0x81u);
}

TEST_F(WebSocketConnection, AnswersARequestForNoWebSocket) {
  start();
  TestSocket socket(server->port());
  socket.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto answer = socket.receive_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n")) << answer;
  EXPECT_NE(answer.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
}

}  // namespace
}  // namespace wws::http::websocket
