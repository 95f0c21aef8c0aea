#include "http/h2/connection.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <map>

#include "http/test_server.h"

namespace wws::http::h2 {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// What the handler does, by the path.
class TestHandler final : public Handler {
 public:
  Task<void> handle(Exchange& exchange) override {
    ++requests;
    const std::string path(exchange.request().path());
    if (path == "/echo") co_return co_await echo(exchange);
    if (path == "/large") co_return co_await large(exchange);
    if (path == "/nothing") co_return;
    if (path == "/throw") throw std::runtime_error("a handler's mistake");
    if (path == "/wait") co_return co_await wait(exchange);
    if (path == "/wait-later") co_return co_await wait_later(exchange);
    if (path == "/now") later_->cancel();
    if (path == "/stream") co_return co_await stream(exchange);
    if (path == "/short") co_return co_await too_short(exchange);
    if (path == "/shared") co_return co_await shared(exchange);
    if (path == "/shared/small") co_return co_await shared_small(exchange);
    if (path == "/unread") unread = true;
    ResponseHead head;
    if (path == "/304") head.status = 304;
    if (path == "/bad") head.headers.add("X-Bad", "a\nb");
    head.headers.add("X-Method", exchange.request().method);
    head.headers.add("Connection", "close");
    const auto sent = co_await exchange.respond(std::move(head), "hello");
    if (!sent) last_error = sent.error().to_string();
  }

  std::atomic<int> requests{0};
  std::atomic<int> gone{0};
  std::atomic<bool> unread{false};
  std::string last_error;
  // What all answers of "/shared" borrow.
  std::string bytes = std::string(200'000, 'h');

 private:
  static Task<void> echo(Exchange& exchange) {
    ResponseHead head;
    const auto whole = exchange.buffered_body();
    head.headers.add("X-Buffered", whole ? std::to_string(whole->size()) : "no");
    co_await exchange.start(std::move(head), std::nullopt);
    while (true) {
      auto piece = co_await exchange.read();
      if (!piece) co_return exchange.abort();
      if (piece->empty()) break;
      const auto written = co_await exchange.write(*piece);
      if (!written) co_return;
    }
    co_await exchange.finish();
  }
  Task<void> shared(Exchange& exchange) {
    ResponseHead head;
    const auto sent = co_await exchange.respond_with(std::move(head), bytes);
    if (!sent) ++gone;
  }
  // Those need not stay.
  static Task<void> shared_small(Exchange& exchange) {
    ResponseHead head;
    std::string small = "small";
    const auto sent = co_await exchange.respond_with(std::move(head), small);
    EXPECT_TRUE(sent.has_value());
    small.assign("gone!");
  }
  static Task<void> large(Exchange& exchange) {
    ResponseHead head;
    co_await exchange.respond(std::move(head), std::string(1'000'000, 'l'));
  }
  Task<void> wait(Exchange& exchange) {
    asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
    exchange.on_gone([this, &timer] {
      ++gone;
      timer.cancel();
    });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  // Cares for the client only when "/now" was asked for.
  Task<void> wait_later(Exchange& exchange) {
    later_.emplace(co_await asio::this_coro::executor, 1h);
    boost::system::error_code ignored;
    co_await later_->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_await wait(exchange);
  }
  std::optional<asio::steady_timer> later_;

  // Writes until nobody takes it.
  Task<void> stream(Exchange& exchange) {
    ResponseHead head;
    co_await exchange.start(std::move(head), std::nullopt);
    const std::string piece(10'000, 's');
    while (true) {
      const auto written = co_await exchange.write(piece);
      if (!written) break;
      ++requests;
    }
    ++gone;
  }
  static Task<void> too_short(Exchange& exchange) {
    ResponseHead head;
    co_await exchange.start(std::move(head), 10);
    co_await exchange.write("short");
    co_await exchange.finish();
  }
};

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Answer {
  int status = 0;
  std::vector<int> statuses;  // interim ones, too
  std::map<std::string, std::string> fields;
  std::string body;
  bool closed = false;
  std::uint32_t error = 0;
};

// A client that does what it is told; nghttp2 keeps its side of the protocol.
class Client final {
 public:
  explicit Client(std::uint16_t port, bool takes_bodies = true) : socket_(port) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, takes_bodies ? 0 : 1);
    // As hostile as a test needs it.
    nghttp2_option_set_max_send_header_block_length(option, 1 << 20);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~Client() { nghttp2_session_del(session_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  static Fields head(const char* method, const char* path) {
    return {{":method", method}, {":scheme", "http"}, {":path", path}, {":authority", "x.test"}};
  }
  std::int32_t ask(const Fields& fields) { return submit(fields, nullptr); }
  std::int32_t ask(const char* path) { return ask(head("GET", path)); }
  // The body is sent as the server's windows let it.
  std::int32_t post(Fields fields, std::string body) {
    bodies_.push_back(std::make_unique<Body>(Body{.bytes = std::move(body)}));
    return submit(fields, bodies_.back().get());
  }
  // The body waits for release(), as after "Expect: 100-continue".
  std::int32_t post_later(Fields fields, std::string body) {
    bodies_.push_back(std::make_unique<Body>(Body{.bytes = std::move(body), .held = true}));
    return submit(fields, bodies_.back().get());
  }
  void release(std::int32_t id) {
    bodies_.back()->held = false;
    nghttp2_session_resume_data(session_, id);
  }
  nghttp2_session* session() { return session_; }

  bool send() {
    while (true) {
      const std::uint8_t* bytes = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
      if (size <= 0) return size == 0;
      if (!socket_.send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)}))
        return false;
    }
  }
  // Until it holds, or the connection has ended: false.
  bool run_until(const std::function<bool()>& holds) {
    while (!holds()) {
      if (!send()) return false;
      const std::string bytes = socket_.receive();
      if (bytes.empty()) return false;
      const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
      if (nghttp2_session_mem_recv(session_, data, bytes.size()) < 0) return false;
    }
    return true;
  }
  Answer& finish(std::int32_t id) {
    EXPECT_TRUE(run_until([&] { return answers[id].closed; })) << "stream " << id;
    return answers[id];
  }
  // To the end of the connection; why the server closed it.
  std::uint32_t run_to_the_end() {
    run_until([] { return false; });
    return goaway_error;
  }
  void leave() { socket_.close(); }
  TestSocket& socket() { return socket_; }

  std::map<std::int32_t, Answer> answers;
  bool goaway = false;
  std::vector<std::int32_t> last_stream;  // of each GOAWAY
  std::uint32_t goaway_error = UINT32_MAX;

 private:
  struct Body {
    std::string bytes;
    std::size_t at = 0;
    bool held = false;
  };

  std::int32_t submit(const Fields& fields, Body* body) {
    std::vector<nghttp2_nv> all;
    for (const auto& [name, value] : fields)
      all.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                     reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                     value.size(), NGHTTP2_NV_FLAG_NONE});
    nghttp2_data_provider provider{};
    provider.source.ptr = body;
    provider.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* into,
                                std::size_t most, std::uint32_t* flags, nghttp2_data_source* source,
                                void*) -> ssize_t {
      auto& from = *static_cast<Body*>(source->ptr);
      if (from.held) return NGHTTP2_ERR_DEFERRED;
      const std::size_t size = from.bytes.copy(reinterpret_cast<char*>(into), most, from.at);
      from.at += size;
      if (from.at == from.bytes.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(size);
    };
    return nghttp2_submit_request(session_, nullptr, all.data(), all.size(),
                                  body == nullptr ? nullptr : &provider, nullptr);
  }

  static Client& self(void* user) { return *static_cast<Client*>(user); }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void* user) {
    Answer& answer = self(user).answers[frame->hd.stream_id];
    const std::string key(reinterpret_cast<const char*>(name), name_size);
    const std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status") answer.statuses.push_back(answer.status = std::stoi(text));
    answer.fields[key] = text;
    return 0;
  }
  static int on_data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                     std::size_t size, void* user) {
    self(user).answers[id].body.append(reinterpret_cast<const char*>(bytes), size);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t error, void* user) {
    self(user).answers[id].closed = true;
    self(user).answers[id].error = error;
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_GOAWAY) return 0;
    self(user).goaway = true;
    self(user).last_stream.push_back(frame->goaway.last_stream_id);
    self(user).goaway_error = frame->goaway.error_code;
    return 0;
  }

  TestSocket socket_;
  nghttp2_session* session_ = nullptr;
  std::vector<std::unique_ptr<Body>> bodies_;
};

TEST(Http2, ARequestIsAnswered) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  const Answer& answer = client.finish(client.ask("/"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "hello");
  EXPECT_EQ(answer.fields.at("content-length"), "5");
  EXPECT_EQ(answer.fields.at("x-method"), "GET");
  EXPECT_EQ(answer.fields.count("date"), 1u);
  EXPECT_EQ(answer.fields.count("connection"), 0u);
}

TEST(Http2, ManyStreamsShareOneConnection) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(client.ask("/large"));
  for (const auto id : ids) EXPECT_EQ(client.finish(id).body.size(), 1'000'000u);
  EXPECT_EQ(server.open_connections(), 1u);
}

TEST(Http2, ASmallBodyIsThereBeforeTheHandler) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  Fields head = Client::head("POST", "/echo");
  head.emplace_back("content-length", "5");
  const Answer& answer = client.finish(client.post(head, "world"));
  EXPECT_EQ(answer.fields.at("x-buffered"), "5");
  EXPECT_EQ(answer.body, "world");
}

Fields expecting_to_send(const char* path, std::size_t length) {
  Fields head = Client::head("POST", path);
  head.emplace_back("content-length", std::to_string(length));
  head.emplace_back("expect", "100-continue");
  return head;
}

TEST(Http2, SaysContinueToWhoWaitsForIt) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  for (const std::size_t length : {5u, 100'000u}) {
    const std::string body(length, 'b');
    const auto id = client.post_later(expecting_to_send("/echo", length), body);
    EXPECT_TRUE(client.run_until([&] { return !client.answers[id].statuses.empty(); }));
    client.release(id);
    const Answer& answer = client.finish(id);
    EXPECT_EQ(answer.fields.at("x-buffered"), "no");
    EXPECT_EQ(answer.body, body);
    EXPECT_EQ(answer.statuses, (std::vector<int>{100, 200}));
  }
}

TEST(Http2, DoesNotSayContinueForABodyNobodyReads) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  for (const std::size_t length : {5u, 100'000u}) {
    const auto id = client.post_later(expecting_to_send("/", length), std::string(length, 'b'));
    EXPECT_EQ(client.finish(id).statuses, std::vector<int>{200});
  }
}

TEST(Http2, ALargeBodyStreamsThroughInBothDirections) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.max_body_bytes = 0;
  TestServer server(handler, options);
  Client client(server.port());
  const std::string body(20'000'000, 'b');
  const Answer& answer = client.finish(client.post(Client::head("POST", "/echo"), body));
  EXPECT_EQ(answer.fields.at("x-buffered"), "no");
  EXPECT_TRUE(answer.body == body);
}

TEST(Http2, ManySmallBodiesThatComeInPiecesDoNotHoldEachOtherUp) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  std::vector<std::int32_t> ids;
  Fields head = Client::head("POST", "/echo");
  head.emplace_back("content-length", "60000");
  const std::string body(60'000, 'b');
  for (int i = 0; i < 100; ++i) ids.push_back(client.post(head, body));
  for (const auto id : ids) EXPECT_TRUE(client.finish(id).body == body);
}

TEST(Http2, AWriterWaitsForItsReader) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port(), false);
  const auto id = client.ask("/stream");
  // All that the client's window lets through, and what is written behind it.
  EXPECT_TRUE(client.run_until([&] { return client.answers[id].body.size() == 65'535; }));
  const int written = handler.requests;
  EXPECT_LT(written, 12);
  nghttp2_submit_rst_stream(client.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  nghttp2_session_consume_connection(client.session(), 65'535);
  EXPECT_TRUE(client.send());
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  EXPECT_EQ(handler.gone, 1);
}

TEST(Http2, BytesThatAreLentAreSent) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/shared/small")).body, "small");
  const Answer& answer = client.finish(client.ask("/shared"));
  EXPECT_EQ(answer.fields.at("content-length"), "200000");
  EXPECT_TRUE(answer.body == handler.bytes);
  EXPECT_EQ(client.finish(client.ask(Client::head("HEAD", "/shared"))).body, "");
}

// Many streams may wait for their clients with the same file.
TEST(Http2, BytesThatAreLentAreNotCopied) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port(), false);
  const auto id = client.ask("/shared");
  EXPECT_TRUE(client.run_until([&] { return client.answers[id].body.size() == 65'535; }));
  // What has not left shows what it is changed to.
  server.on_loop([&] {
    handler.bytes.assign(handler.bytes.size(), 'i');
    return 0;
  });
  nghttp2_session_consume(client.session(), id, 65'535);
  EXPECT_TRUE(client.run_until([&] { return client.answers[id].body.size() > 65'535; }));
  EXPECT_EQ(client.answers[id].body.back(), 'i');
}

TEST(Http2, AReaderWhoDoesNotTakeWhatIsLentIsReset) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.write_timeout = 20ms;
  TestServer server(handler, options);
  Client client(server.port(), false);
  const Answer& answer = client.finish(client.ask("/shared"));
  EXPECT_EQ(answer.error, std::uint32_t{NGHTTP2_CANCEL});
  EXPECT_LT(answer.body.size(), handler.bytes.size());
  for (int i = 0; i < 20'000 && handler.gone == 0; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(handler.gone, 1);
}

TEST(Http2, ABodyOverItsBoundIsRefused) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.max_body_bytes = 1000;
  TestServer server(handler, options);
  Client client(server.port());
  Fields announced = Client::head("POST", "/echo");
  announced.emplace_back("content-length", "2000");
  EXPECT_EQ(client.finish(client.post(announced, std::string(2000, 'x'))).status, 413);
  const auto id = client.post(Client::head("POST", "/echo"), std::string(2000, 'x'));
  EXPECT_NE(client.finish(id).error, 0u);
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
}

TEST(Http2, HeadAndNotModifiedHaveNoBody) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  const Answer& head = client.finish(client.ask(Client::head("HEAD", "/")));
  EXPECT_EQ(head.fields.at("content-length"), "5");
  EXPECT_EQ(head.body, "");
  const Answer& unchanged = client.finish(client.ask("/304"));
  EXPECT_EQ(unchanged.status, 304);
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(unchanged.fields.count("content-length"), 0u);
}

TEST(Http2, HandlersThatFailAreAnsweredForWithoutHarmToOthers) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/nothing")).status, 500);
  EXPECT_EQ(client.finish(client.ask("/throw")).status, 500);
  EXPECT_EQ(client.finish(client.ask("/bad")).status, 500);
  EXPECT_EQ(client.finish(client.ask("/short")).error, std::uint32_t{NGHTTP2_INTERNAL_ERROR});
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
}

TEST(Http2, RefusalsHaveTheirStatus) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  Fields connect{{":method", "CONNECT"}, {":authority", "x.test:443"}};
  const auto& refused = client.finish(client.ask(connect));
  EXPECT_EQ(refused.status, 501);
  EXPECT_TRUE(is_request_id(refused.fields.at("x-request-id")));
  Fields contradicted = Client::head("GET", "/");
  contradicted.emplace_back("host", "other.test");
  EXPECT_EQ(client.finish(client.ask(contradicted)).status, 400);
  Fields many = Client::head("GET", "/");
  for (int i = 0; i < 200; ++i) many.emplace_back("x" + std::to_string(i), "");
  EXPECT_EQ(client.finish(client.ask(many)).status, 431);
  EXPECT_EQ(handler.requests, 0);
}

TEST(Http2, HeadersWithoutEndEndTheConnection) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.max_head_bytes = 4096;
  TestServer server(handler, options);
  Client client(server.port());
  Fields fields = Client::head("GET", "/");
  for (int i = 0; i < 10; ++i) fields.emplace_back("x" + std::to_string(i), std::string(4000, 'y'));
  client.ask(fields);
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_ENHANCE_YOUR_CALM});
}

TEST(Http2, ASmallBlockThatUnpacksToALargeOneIsBounded) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  // One field of 2900 bytes, which the table takes, then many references of a byte each.
  Fields fields = Client::head("GET", "/");
  for (int i = 0; i < 100; ++i) fields.emplace_back("x", std::string(2900, 'y'));
  client.ask(fields);
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_ENHANCE_YOUR_CALM});
  EXPECT_EQ(handler.requests, 0);
}

TEST(Http2, AResetIsToldToTheHandler) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  const auto id = client.ask("/wait");
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  nghttp2_submit_rst_stream(client.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  EXPECT_EQ(handler.gone, 1);
}

TEST(Http2, AResetIsToldToAHandlerThatAsksLater) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  const auto id = client.ask("/wait-later");
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  nghttp2_submit_rst_stream(client.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  EXPECT_EQ(client.finish(client.ask("/now")).status, 200);
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  EXPECT_EQ(handler.gone, 1);
}

TEST(Http2, AClientThatLeavesIsToldToAllItsHandlers) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  for (int i = 0; i < 5; ++i) client.ask("/wait");
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  client.leave();
  for (int i = 0; i < 2000 && server.open_connections() > 0; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(server.open_connections(), 0u);
  EXPECT_EQ(handler.gone, 5);
}

TEST(Http2, RapidResetsEndTheConnection) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  for (int i = 0; i < 1000; ++i) {
    const auto id = client.ask("/wait");
    if (!client.send()) break;
    nghttp2_submit_rst_stream(client.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    if (!client.send()) break;
  }
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_ENHANCE_YOUR_CALM});
  EXPECT_LT(handler.requests, 400);
}

// Frames written by hand, for clients that know no bounds.
constexpr std::string_view kPreface{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", 33};

std::string frame(char type, char flags, std::uint32_t stream, std::string_view payload) {
  std::string bytes{'\0', static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size()),
                    type, flags};
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(stream >> shift);
  return bytes.append(payload);
}

// HPACK: ":method: GET" and ":scheme: http" of the static table, the others without an entry.
std::string get_frame(std::uint32_t stream, std::string_view path) {
  std::string fields = "\x82\x86\x04";
  fields += static_cast<char>(path.size());
  fields += path;
  fields += "\x01\x01x";
  return frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, stream, fields);
}

TEST(Http2, AStreamTooManyIsRefusedAndTheOthersGoOn) {
  TestHandler handler;
  observe::Metrics metrics;
  ListenerOptions options;
  options.limits.max_streams = 2;
  options.metrics = &metrics.add_loop();
  TestServer server(handler, options);
  TestSocket client(server.port());
  std::string seen;
  const auto comes = [&](const std::string& bytes) {
    while (seen.find(bytes) == std::string::npos) {
      const std::string more = client.receive();
      if (more.empty()) return false;
      seen += more;
    }
    return true;
  };
  // The client knows the bound and has acknowledged it.
  ASSERT_TRUE(client.send(std::string(NGHTTP2_CLIENT_MAGIC) + frame(NGHTTP2_SETTINGS, 0, 0, "") +
                          frame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, "")));
  ASSERT_TRUE(comes(std::string("\0\3\0\0\0\2", 6)));  // SETTINGS_MAX_CONCURRENT_STREAMS = 2
  ASSERT_TRUE(client.send(get_frame(1, "/wait") + get_frame(3, "/wait") + get_frame(5, "/")));
  EXPECT_TRUE(comes(frame(NGHTTP2_RST_STREAM, 0, 5, std::string("\0\0\0\7", 4))));
  EXPECT_EQ(handler.gone, 0);
  // There is room again when one of the two has ended.
  ASSERT_TRUE(client.send(frame(NGHTTP2_RST_STREAM, 0, 1, std::string("\0\0\0\x8", 4)) +
                          get_frame(7, "/")));
  EXPECT_TRUE(comes("hello"));
  EXPECT_EQ(handler.gone, 1);
  EXPECT_EQ(handler.requests, 3);
  const auto hits = metrics.total().edge_limits;
  EXPECT_EQ(hits[static_cast<std::size_t>(observe::EdgeLimit::Streams)], 1u);
}

TEST(Http2, AFloodOfStreamsTooManyEndsTheConnection) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.max_streams = 2;
  TestServer server(handler, options);
  TestSocket client(server.port());
  std::string many = std::string(NGHTTP2_CLIENT_MAGIC) + frame(NGHTTP2_SETTINGS, 0, 0, "") +
                     frame(NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0, "");
  many += get_frame(1, "/wait") + get_frame(3, "/wait");
  for (std::uint32_t i = 0; i < 1000; ++i) many += get_frame(5 + 2 * i, "/");
  ASSERT_TRUE(client.send(many));
  std::string seen;
  for (std::string more = client.receive(); !more.empty(); more = client.receive()) seen += more;
  // GOAWAY with ENHANCE_YOUR_CALM.
  EXPECT_NE(seen.find(std::string("\0\0\0\xb", 4)), std::string::npos);
  EXPECT_EQ(handler.requests, 2);
}

// Requests whose streams the server resets, each once, for what is in `frames` of them.
void expect_end(const TestServer& server, const std::function<std::string(std::uint32_t)>& frames) {
  using namespace std::string_literals;
  const TestSocket raw(server.port());
  EXPECT_TRUE(raw.send(kPreface));
  std::string answer;
  // So many at a time as may be open.
  for (std::uint32_t id = 1; id < 2000;) {
    std::string bytes;
    const auto resets = [&] {
      std::size_t count = 0;
      for (auto at = answer.find("\0\0\x04\x03\0"s); at != std::string::npos;
           at = answer.find("\0\0\x04\x03\0"s, at + 5))
        ++count;
      return count;
    };
    for (int i = 0; i < 50; ++i, id += 2) bytes += frames(id);
    if (!raw.send(bytes)) break;
    while (resets() < id / 2) {
      const std::string more = raw.receive();
      answer += more;
      if (more.empty()) break;
    }
    if (resets() < id / 2) break;
  }
  const auto goaway = answer.find("\x07\0\0\0\0\0"s);
  ASSERT_NE(goaway, std::string::npos) << "no GOAWAY";
  EXPECT_EQ(answer.at(goaway + 13), NGHTTP2_ENHANCE_YOUR_CALM);
}

TEST(Http2, AFloodOfStreamsThatWeAreMadeToResetEndsTheConnection) {
  using namespace std::string_literals;
  TestHandler handler;
  TestServer server(handler, {});
  // POST http / x.test with Content-Length: 1; more comes, or less, or a field that may not be.
  const std::string block = "\x83\x86\x84\x41\x06x.test\x0f\x0d\x01"s;
  expect_end(server,
             [&](std::uint32_t id) { return frame(1, 4, id, block + "9") + frame(0, 1, id, "x"); });
  expect_end(server, [&](std::uint32_t id) {
    return frame(1, 4, id, block + "1") + frame(0, 0, id, "xx");
  });
  expect_end(server, [&](std::uint32_t id) {
    return frame(1, 4, id, block + "1") + frame(1, 5, id, "\x40\x01Y\x01x"s);
  });
  EXPECT_EQ(handler.requests, 0);
}

// Frames that bring nothing, written by hand.
std::uint32_t flood(std::string_view frame, int hundreds = 50) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  std::string many;
  for (int i = 0; i < 100; ++i) many += frame;
  for (int i = 0; i < hundreds; ++i)
    if (!client.socket().send(many)) break;
  return client.run_to_the_end();
}

TEST(Http2, FloodsOfFramesThatBringNothingEndTheConnection) {
  using namespace std::string_view_literals;
  constexpr std::uint32_t kCalm = NGHTTP2_ENHANCE_YOUR_CALM;
  EXPECT_EQ(flood("\0\0\x08\x06\0\0\0\0\0abcdefgh"sv), kCalm) << "PING";
  EXPECT_EQ(flood("\0\0\x05\x02\0\0\0\0\x09\0\0\0\0\0"sv), kCalm) << "PRIORITY";
}

// Those that cost next to nothing: more of them are borne.
TEST(Http2, FloodsOfCheapFramesEndTheConnection) {
  using namespace std::string_view_literals;
  constexpr std::uint32_t kCalm = NGHTTP2_ENHANCE_YOUR_CALM;
  EXPECT_EQ(flood("\0\0\x04\x08\0\0\0\0\0\0\0\0\x01"sv, 1000), kCalm) << "WINDOW_UPDATE";
  EXPECT_EQ(flood("\0\0\x04\x08\0\0\0\0\x01\0\0\0\x01"sv, 1000), kCalm) << "of a closed stream";
  EXPECT_EQ(flood("\0\0\x08\x06\x01\0\0\0\0abcdefgh"sv, 1000), kCalm) << "PING's answer";
  EXPECT_EQ(flood("\0\0\0\xee\0\0\0\0\0"sv, 1000), kCalm) << "an unknown type";
}

TEST(Http2, WindowUpdatesForWhatWasSentAreNoFlood) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port(), false);
  // A connection's update for each 300 bytes that come, which makes more than are borne at once.
  nghttp2_session_set_local_window_size(client.session(), NGHTTP2_FLAG_NONE, 0, 1 << 20);
  std::string updates;
  for (int i = 0; i < 1'000'000 / 300; ++i) updates.append("\0\0\x04\x08\0\0\0\0\0\0\0\0\x01", 13);
  for (int i = 0; i < 10; ++i) {
    const auto id = client.ask("/large");
    std::size_t taken = 0;
    EXPECT_TRUE(client.run_until([&] {
      const Answer& answer = client.answers[id];
      nghttp2_session_consume(client.session(), id, answer.body.size() - taken);
      taken = answer.body.size();
      return answer.closed;
    }));
    EXPECT_TRUE(client.send());
    ASSERT_TRUE(client.socket().send(updates));
  }
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
}

// Each is to be acknowledged, which a client that did not make them would not understand.
TEST(Http2, AFloodOfSettingsEndsTheConnection) {
  TestHandler handler;
  TestServer server(handler, {});
  using namespace std::string_literals;
  const TestSocket raw(server.port());
  std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s;
  for (int i = 0; i < 5000; ++i) bytes += "\0\0\0\x04\0\0\0\0\0"s;
  raw.send(bytes);
  const std::string answer = raw.receive_all();
  EXPECT_NE(answer.find("\x07\0\0\0\0\0"s), std::string::npos) << "no GOAWAY";
}

TEST(Http2, EmptyDataFramesEndTheConnection) {
  TestHandler handler;
  TestServer server(handler, {});
  // A request whose body does not end, after the preface and SETTINGS.
  using namespace std::string_literals;
  const TestSocket raw(server.port());
  std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\x04\0\0\0\0\0"s;
  // POST http / x.test, of the static table but for the authority.
  const std::string block = "\x83\x86\x84\x41\x06x.test"s;
  bytes += "\0\0"s + static_cast<char>(block.size()) + "\x01\x04\0\0\0\x01"s + block;
  for (int i = 0; i < 3000; ++i) bytes += "\0\0\0\0\0\0\0\0\x01"s;
  raw.send(bytes);
  const std::string answer = raw.receive_all();
  EXPECT_NE(answer.find("\x07\0\0\0\0\0"s), std::string::npos) << "no GOAWAY";
}

TEST(Http2, AnIdleConnectionEndsInOrder) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.idle_timeout = 20ms;
  TestServer server(handler, options);
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_NO_ERROR});
}

TEST(Http2, AHeadThatDoesNotEndIsTimedOut) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.header_timeout = 20ms;
  TestServer server(handler, options);
  using namespace std::string_literals;
  const TestSocket raw(server.port());
  EXPECT_TRUE(raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\x04\0\0\0\0\0"s +
                       "\0\0\x40\x01\x04\0\0\0\x01\x83"s));
  EXPECT_NE(raw.receive_all().find("\x07\0\0\0\0\0"s), std::string::npos) << "no GOAWAY";
}

// POST http / x.test with Content-Length: 10, then `more`: what the server says up to its 408.
std::string answer_to_late_body(const TestServer& server, const std::string& more) {
  using namespace std::string_literals;
  const TestSocket raw(server.port());
  const std::string block =
      "\x83\x86\x84\x41\x06x.test\x0f\x0d\x02"
      "10"s;
  EXPECT_TRUE(raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\x04\0\0\0\0\0"s + "\0\0"s +
                       static_cast<char>(block.size()) + "\x01\x04\0\0\0\x01"s + block + more));
  std::string answer;
  while (answer.find("408") == std::string::npos) {
    const std::string piece = raw.receive();
    if (piece.empty()) break;
    answer += piece;
  }
  return answer;
}

TEST(Http2, ABodyThatStopsIsTimedOut) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.body_timeout = 20ms;
  TestServer server(handler, options);
  EXPECT_NE(answer_to_late_body(server, "").find("408"), std::string::npos);
}

TEST(Http2, ABodyThatTricklesIsTimedOut) {
  TestHandler handler;
  observe::Metrics metrics;
  ListenerOptions options;
  options.metrics = &metrics.add_loop();
  options.limits.receive_rate = 1'000'000;
  options.limits.rate_window = 20ms;
  TestServer server(handler, options);
  const std::string one_byte("\0\0\x01\0\0\0\0\0\x01x", 10);
  EXPECT_NE(answer_to_late_body(server, one_byte).find("408"), std::string::npos);
  const auto& hits = metrics.total().edge_limits;
  EXPECT_EQ(hits[static_cast<std::size_t>(observe::EdgeLimit::ReceiveRate)], 1u);
}

TEST(Http2, AReaderThatGivesNoWindowIsReset) {
  TestHandler handler;
  observe::Metrics metrics;
  ListenerOptions options;
  options.metrics = &metrics.add_loop();
  options.limits.send_rate = 1'000'000'000;
  options.limits.rate_window = 20ms;
  TestServer server(handler, options);
  Client client(server.port(), false);
  // The connection has room, the stream has not.
  nghttp2_session_set_local_window_size(client.session(), NGHTTP2_FLAG_NONE, 0, 1 << 20);
  const auto id = client.ask("/stream");
  EXPECT_TRUE(client.run_until([&] { return client.answers[id].closed; }));
  EXPECT_EQ(client.answers[id].error, std::uint32_t{NGHTTP2_CANCEL});
  for (int i = 0; i < 20'000 && handler.gone == 0; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(handler.gone, 1);
  const auto& hits = metrics.total().edge_limits;
  EXPECT_EQ(hits[static_cast<std::size_t>(observe::EdgeLimit::SendRate)], 1u);
}

TEST(Http2, AConnectionEndsInOrderAfterItsRequests) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.max_requests = 2;
  TestServer server(handler, options);
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_NO_ERROR});
  EXPECT_EQ(handler.requests, 2);
}

TEST(Http2, AReaderThatTakesNothingOfTheConnectionIsCutOff) {
  TestHandler handler;
  ListenerOptions options;
  options.limits.send_rate = 1'000'000'000;
  options.limits.rate_window = 20ms;
  TestServer server(handler, options);
  Client client(server.port(), false);
  client.ask("/stream");
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_ENHANCE_YOUR_CALM});
}

TEST(Http2, AShutdownLetsOpenStreamsEnd) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  const auto id = client.post(Client::head("POST", "/echo"), std::string(100'000, 'b'));
  EXPECT_TRUE(client.run_until([&] { return client.answers[id].status == 200; }));
  server.stop_accepting();
  EXPECT_EQ(client.finish(id).body.size(), 100'000u);
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_NO_ERROR});
  // The first GOAWAY refuses nothing, so that what is on its way is not lost.
  ASSERT_FALSE(client.last_stream.empty());
  EXPECT_EQ(client.last_stream.front(), INT32_MAX);
}

TEST(Http2, AnIdleConnectionEndsAtShutdown) {
  TestHandler handler;
  TestServer server(handler, {});
  Client client(server.port());
  EXPECT_EQ(client.finish(client.ask("/")).status, 200);
  server.stop_accepting();
  EXPECT_EQ(client.run_to_the_end(), std::uint32_t{NGHTTP2_NO_ERROR});
  for (int i = 0; i < 2000 && server.open_connections() > 0; ++i) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(server.open_connections(), 0u);
}

}  // namespace
}  // namespace wws::http::h2
