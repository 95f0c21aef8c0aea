#include "http/client/client.h"

#include "http/client/connection.h"
#include "http/client/dial.h"
#include "http/client/h1_exchange.h"
#include "http/client/h2_exchange.h"
#include "http/client/h2_sessions.h"
#include "http/client/pool.h"
#include "http/client/request_head.h"
#include "http/client/trust.h"
#include "http/client/waits.h"

namespace wws::http {
namespace asio = boost::asio;
namespace {

// Of a request that upstreams refuse without having looked at it.
constexpr int kMostTries = 8;

class AsioClient final : public Client {
 public:
  AsioClient(asio::io_context& loop, ClientLimits limits, std::shared_ptr<Trust> trust)
      : executor_(loop.get_executor()),
        limits_(limits),
        trust_(std::move(trust)),
        pool_(std::make_shared<Pool>(executor_, limits)),
        sessions_(std::make_shared<H2Sessions>(executor_)) {}
  ~AsioClient() override { trust_->stop(); }

  Task<Result<std::unique_ptr<ClientResponse>>> send(ClientRequest request,
                                                     AddressFilter filter) override {
    WWS_CO_CHECK(check_request(request));
    const Origin origin{request.secure, request.host, request.port};
    const Waits waits{limits_, request.deadline};
    Call call{std::make_shared<const ClientRequest>(std::move(request)), filter, origin, waits};
    for (int left = kMostTries - 1;; --left) {
      WWS_CO_TRY(const auto way, co_await find_way(call));
      Outcome outcome = co_await try_way(call, way);
      if (outcome.response || !outcome.may_repeat || left == 0)
        co_return std::move(outcome.response);
    }
  }

 private:
  // A request under way; what is borrowed is send()'s.
  struct Call {
    std::shared_ptr<const ClientRequest> request;
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
      // It is small, as the pool gives none that the upstream has closed: a POST takes it.
      const bool may_reuse = !call.request->body_source && !call.is_repeated;
      if (may_reuse) way.connection = pool_->take(call.origin, call.filter);
      way.is_reused = way.connection != nullptr;
      if (way.connection) co_return way;
      if (!call.origin.secure || !sessions_->is_dialed(call.origin)) break;
      WWS_CO_CHECK(co_await H2Sessions::wait(sessions_, call.origin, until));
    }
    co_return co_await connect(call, until);
  }

  Task<Result<Way>> connect(Call& call, TimePoint until) {
    std::optional<H2Sessions::Dial> dialing;
    Trust::Context* tls = nullptr;
    if (call.origin.secure) {
      dialing.emplace(sessions_, call.origin);
      WWS_CO_TRY(tls, co_await Trust::context(trust_, until));
    }
    const DialTarget target{call.origin.host, call.origin.port, tls, sessions_->offer(call.origin)};
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
    outcome.response =
        co_await exchange_http1(executor_, way.connection, call.request, call.waits, pool_);
    call.is_repeated = true;
    outcome.may_repeat = way.is_reused && may_repeat(*call.request, outcome, *way.connection);
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

  asio::any_io_executor executor_;
  ClientLimits limits_;
  std::shared_ptr<Trust> trust_;
  std::shared_ptr<Pool> pool_;
  std::shared_ptr<H2Sessions> sessions_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(asio::io_context& loop, ClientLimits limits,
                                            const std::string& ca_file) {
  WWS_TRY(auto trust, Trust::create(loop.get_executor(), ca_file));
  return std::make_unique<AsioClient>(loop, limits, std::move(trust));
}

}  // namespace wws::http
