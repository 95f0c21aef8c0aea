#include "http/client/client.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/ssl/context.hpp>

#include "http/client/connection.h"
#include "http/client/dial.h"
#include "http/client/h2_exchange.h"
#include "http/client/h2_sessions.h"
#include "http/client/pool.h"
#include "http/client/request_head.h"
#include "http/client/response_reader.h"
#include "http/client/upload.h"
#include "http/client/waits.h"

namespace wws::http {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kPiece = 64 * 1024;
// Of a request that upstreams refuse without having looked at it.
constexpr int kMostTries = 8;

Task<Result<void>> receive(Connection& connection, ResponseReader& reader, TimePoint until) {
  std::array<std::uint8_t, 16 * 1024> bytes;
  WWS_CO_TRY(const auto count, co_await connection.read_some(bytes, until));
  if (count == 0) co_return reader.end_of_stream();
  reader.append(as_text(ByteView(bytes).first(count)));
  co_return Result<void>{};
}

class Response final : public ClientResponse {
 public:
  Response(ResponseHead head, std::shared_ptr<ResponseReader> reader,
           std::shared_ptr<Connection> connection, Waits waits, std::weak_ptr<Pool> pool,
           Origin origin)
      : head_(std::move(head)),
        reader_(std::move(reader)),
        connection_(std::move(connection)),
        waits_(waits),
        pool_(std::move(pool)),
        origin_(std::move(origin)) {
    if (reader_->done()) release();
  }
  ~Response() override {
    if (connection_) connection_->close();
  }

  [[nodiscard]] const ResponseHead& head() const noexcept override { return head_; }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override {
    return reader_->length();
  }

  Task<Result<std::string>> read() override {
    if (failed_) co_return fail(*failed_);
    auto piece = co_await read_piece();
    if (!piece) {
      failed_ = piece.error();
      if (connection_) connection_->close();
    }
    co_return piece;
  }

 private:
  Task<Result<std::string>> read_piece() {
    // One end for the whole piece, so that chunk heads that drip in do not extend it.
    const auto until = waits_.until(waits_.limits.read_timeout);
    while (true) {
      WWS_CO_TRY(auto piece, reader_->parse_body());
      if (reader_->done()) release();
      if (!piece.empty() || reader_->done()) co_return piece;
      const auto received = co_await receive(*connection_, *reader_, until);
      if (!received) co_return fail(received.error());
    }
  }

  // The message is complete: the connection may serve another one.
  void release() {
    if (!connection_) return;
    const auto connection = std::exchange(connection_, nullptr);
    const auto pool = pool_.lock();
    if (pool && reader_->reusable())
      pool->give(origin_, connection, head_.headers);
    else
      connection->close();
  }

  ResponseHead head_;
  std::shared_ptr<ResponseReader> reader_;
  std::shared_ptr<Connection> connection_;
  Waits waits_;
  std::weak_ptr<Pool> pool_;
  Origin origin_;
  std::optional<Error> failed_;
};

Task<Result<void>> write_pieces(Connection& connection, std::string_view bytes, Waits waits) {
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, kPiece);
    WWS_CO_CHECK(co_await connection.write(piece, waits.until(waits.limits.read_timeout)));
    bytes.remove_prefix(piece.size());
  }
  co_return Result<void>{};
}

struct Sent {
  bool complete = true;          // the connection is in step with the upstream
  std::optional<Error> failure;  // of the connection: the upstream may have answered already
};

// Streams a body. An error of the source ends the request; one of the connection is only noted.
Task<Result<Sent>> write_source(Connection& connection, BodySource& source, Waits waits) {
  Upload upload(source);
  while (true) {
    WWS_CO_TRY(auto piece, co_await upload.next());
    const bool last = piece.empty();
    std::string framed = upload.has_length() ? std::move(piece)
                         : last              ? std::string("0\r\n\r\n")
                                             : fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
    const auto written = co_await write_pieces(connection, framed, waits);
    if (!written) co_return Sent{false, written.error()};
    if (last) co_return Sent{};
  }
}

Result<asio::ssl::context> make_tls(const std::string& ca_file) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  boost::system::error_code code;
  tls.set_verify_mode(asio::ssl::verify_peer, code);
  if (!code && ca_file.empty()) tls.set_default_verify_paths(code);
  if (!code && !ca_file.empty()) tls.load_verify_file(ca_file, code);
  if (code)
    return fail(ErrorKind::Invalid, fmt::format("cannot load the trusted certificates of '{}': {}",
                                                ca_file, code.message()));
  if (SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION) != 1)
    return fail(ErrorKind::Internal, "OpenSSL cannot be held to TLS 1.2 and later");
  return tls;
}

class AsioClient final : public Client {
 public:
  // Without `tls` one of the system's roots is made when it is first needed.
  AsioClient(asio::io_context& loop, ClientLimits limits, std::optional<asio::ssl::context> tls)
      : executor_(loop.get_executor()),
        limits_(limits),
        tls_(std::move(tls)),
        pool_(std::make_shared<Pool>(executor_, limits)),
        sessions_(std::make_shared<H2Sessions>(executor_)) {}

  Task<Result<std::unique_ptr<ClientResponse>>> send(ClientRequest request,
                                                     AddressFilter filter) override {
    WWS_CO_CHECK(check_request(request));
    const Origin origin{request.secure, request.host, request.port};
    const Waits waits{limits_, request.deadline};
    Call call{request, filter, origin, waits};
    for (int left = kMostTries - 1;; --left) {
      WWS_CO_TRY(const auto way, co_await find_way(call));
      Outcome outcome = co_await try_way(call, way);
      if (outcome.response || !outcome.may_repeat || left == 0)
        co_return std::move(outcome.response);
    }
  }

 private:
  // A request under way; all of it borrowed of send().
  struct Call {
    const ClientRequest& request;
    const AddressFilter& filter;
    const Origin& origin;
    const Waits& waits;
    bool is_repeated = false;                      // over a new connection of HTTP/1
    std::shared_ptr<H2Session> avoided = nullptr;  // it has refused
  };
  // What carries it: either of these.
  struct Way {
    std::shared_ptr<H2Session> session;
    std::shared_ptr<Connection> connection;
    bool is_reused = false;
  };
  using Outcome = H2Outcome;

  Task<Result<Way>> find_way(Call& call) {
    const auto until = call.waits.until(limits_.connect_timeout);
    Way way;
    while (true) {
      way.session = sessions_->find(call.origin, call.filter, call.avoided.get());
      if (way.session) co_return way;
      // A streamed body cannot be sent twice, so it does not take the risk of a stale connection.
      // (Another that cannot takes it: the pool knows those that the upstream has closed.)
      const bool may_reuse = !call.request.body_source && !call.is_repeated;
      if (may_reuse) way.connection = pool_->take(call.origin, call.filter);
      way.is_reused = way.connection != nullptr;
      if (way.connection) co_return way;
      if (!call.origin.secure || !sessions_->is_dialed(call.origin)) break;
      WWS_CO_CHECK(co_await H2Sessions::wait(sessions_, call.origin, until));
    }
    co_return co_await connect(call, until);
  }

  Task<Result<Way>> connect(Call& call, TimePoint until) {
    if (call.origin.secure && !tls_) {
      WWS_CO_TRY(tls_, make_tls(""));
    }
    std::optional<H2Sessions::Dial> dialing;
    if (call.origin.secure) dialing.emplace(sessions_, call.origin);
    const DialTarget target{call.origin.host, call.origin.port,
                            call.origin.secure ? &*tls_ : nullptr, sessions_->offer(call.origin)};
    Way way;
    WWS_CO_TRY(way.connection, co_await dial(executor_, target, call.filter, until));
    if (!call.origin.secure) co_return way;
    sessions_->note_protocol(call.origin, *way.connection);
    if (!way.connection->speaks_http2()) co_return way;
    WWS_CO_TRY(way.session, H2Session::start(executor_, way.connection, limits_));
    sessions_->add(call.origin, way.session);
    co_return way;
  }

  Task<Outcome> try_way(Call& call, const Way& way) {
    Outcome outcome;
    if (way.session) {
      outcome = co_await exchange_http2(way.session, call.request, call.waits);
      call.avoided = way.session;
      if (outcome.wants_http1) sessions_->require_http1(call.origin);
      co_return outcome;
    }
    if (way.is_reused) way.connection->begin_request();
    outcome.response = co_await exchange(way.connection, call);
    call.is_repeated = true;
    outcome.may_repeat = way.is_reused && may_repeat(call.request, outcome, *way.connection);
    co_return outcome;
  }

  // Of a kept connection. Where it ends without an answer the upstream may have done what it was
  // asked for all the same.
  static bool may_repeat(const ClientRequest& request, const Outcome& outcome,
                         const Connection& connection) {
    if (outcome.response || outcome.response.error().kind() != ErrorKind::Gone) return false;
    if (connection.was_cancelled()) return false;
    return !connection.has_sent() || (is_idempotent(request) && !connection.has_received());
  }

  Task<Result<std::unique_ptr<ClientResponse>>> exchange(std::shared_ptr<Connection> connection,
                                                         const Call& call) {
    auto sent = co_await write_request(*connection, call.request, call.waits);
    if (!sent) {
      connection->close();
      co_return fail(std::move(sent).error());
    }
    if (sent->failure && connection->was_cancelled()) co_return fail(std::move(*sent->failure));
    const auto expected = call.request.method == "HEAD" ? BodyExpected::No : BodyExpected::Yes;
    const auto reader = std::make_shared<ResponseReader>(expected, limits_.max_head_bytes);
    auto head = co_await read_head(*connection, *reader, call.waits);
    if (!head) {
      connection->close();
      co_return fail(sent->failure ? *sent->failure : head.error());
    }
    const auto pool = sent->complete ? std::weak_ptr<Pool>(pool_) : std::weak_ptr<Pool>();
    co_return std::make_unique<Response>(std::move(*head), reader, connection, call.waits, pool,
                                         call.origin);
  }

  Task<Result<Sent>> write_request(Connection& connection, const ClientRequest& request,
                                   Waits waits) {
    auto head = write_head(request);
    if (!request.body_source) head += request.body;
    const auto written = co_await write_pieces(connection, head, waits);
    if (!written) co_return Sent{false, written.error()};
    if (!request.body_source) co_return Sent{};
    co_return co_await write_source(connection, *request.body_source, waits);
  }

  Task<Result<ResponseHead>> read_head(Connection& connection, ResponseReader& reader,
                                       Waits waits) {
    const auto until = waits.until(limits_.response_timeout);
    while (true) {
      WWS_CO_TRY(auto head, reader.parse_head());
      if (head) co_return std::move(*head);
      WWS_CO_CHECK(co_await receive(connection, reader, until));
    }
  }

  asio::any_io_executor executor_;
  ClientLimits limits_;
  std::optional<asio::ssl::context> tls_;
  std::shared_ptr<Pool> pool_;
  std::shared_ptr<H2Sessions> sessions_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(asio::io_context& loop, ClientLimits limits,
                                            const std::string& ca_file) {
  std::optional<asio::ssl::context> tls;
  if (!ca_file.empty()) {
    WWS_TRY(tls, make_tls(ca_file));
  }
  return std::make_unique<AsioClient>(loop, limits, std::move(tls));
}

}  // namespace wws::http
