#include "http/client/h1_exchange.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "http/client/request_head.h"
#include "http/client/response_reader.h"
#include "http/client/upload.h"
#include "io/spawn.h"

namespace wws::http {
namespace {

// What a socket takes at once, whether the upstream reads or not.
constexpr std::size_t kPiece = 64 * 1024;

// A body on its way, beside which the response is read. Held by the task that sends it and by who
// reads; belongs to one loop.
struct Sending {
  std::shared_ptr<Connection> connection;
  std::shared_ptr<const ClientRequest> request;  // until its body has been sent
  Waits waits;
  std::optional<Error> failure = std::nullopt;
  bool is_sources_failure = false;
  bool is_complete = false;  // the connection is in step with the upstream
  bool has_ended = false;
  bool is_answered = false;   // the response's head has come
  bool is_stopped = false;    // nobody wants it any more
  TimePoint head_until = {};  // once it has ended

  // Once the upstream answers it may read as slowly as it likes: who waits for it is the reader.
  [[nodiscard]] TimePoint piece_until() const {
    return is_answered ? waits.end() : waits.until(waits.limits.read_timeout);
  }
};

Task<Result<void>> write_pieces(const Sending& self, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, kPiece);
    WWS_CO_CHECK(co_await self.connection->write(piece, self.piece_until()));
    bytes.remove_prefix(piece.size());
  }
  co_return Result<void>{};
}

std::string frame(std::string piece, const Upload& upload) {
  if (upload.has_length()) return piece;
  if (piece.empty()) return "0\r\n\r\n";
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

// What fails is said where it fails: the source, or the connection.
Task<Result<void>> write_source(Sending& self) {
  Upload upload(*self.request->body_source);
  while (!self.is_stopped) {
    auto piece = co_await upload.next();
    self.is_sources_failure = !piece;
    if (!piece) co_return fail(std::move(piece).error());
    const bool last = piece->empty();
    const std::string framed = frame(std::move(*piece), upload);
    WWS_CO_CHECK(co_await write_pieces(self, framed));
    if (last) break;
  }
  co_return Result<void>{};
}

Task<void> send_body(std::shared_ptr<Sending> self) {
  Result<void> sent;
  if (self->request->body_source)
    sent = co_await write_source(*self);
  else
    sent = co_await write_pieces(*self, self->request->body);
  self->has_ended = true;
  self->request.reset();
  if (self->is_stopped) co_return;
  self->is_complete = sent.has_value();
  if (!sent) self->failure = sent.error();
  // The upstream must not take for whole what is not. Where the connection failed it is read on: an
  // upstream that refuses a body has often said so.
  if (self->is_sources_failure) self->connection->close();
  self->head_until = self->waits.until(self->waits.limits.response_timeout);
  if (!self->is_answered) self->connection->move_read_end(self->head_until);
}

// Whoever reads the response: its end is the end of what is sent.
class Sender final {
 public:
  Sender(const boost::asio::any_io_executor& executor, std::shared_ptr<Sending> sending)
      : state_(std::move(sending)), stop_(io::spawn_cancellable(executor, send_body(state_))) {}
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;
  ~Sender() {
    state_->is_stopped = true;
    if (!state_->has_ended) stop_->emit(boost::asio::cancellation_type::all);
  }

  [[nodiscard]] bool is_complete() const noexcept { return state_->is_complete; }
  [[nodiscard]] const Error* sources_failure() const noexcept {
    return state_->is_sources_failure && state_->failure ? &*state_->failure : nullptr;
  }

 private:
  const std::shared_ptr<Sending> state_;
  std::shared_ptr<boost::asio::cancellation_signal> stop_;
};

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
           std::shared_ptr<Connection> connection, std::unique_ptr<Sender> sender, Waits waits,
           std::weak_ptr<Pool> pool, Origin origin)
      : head_(std::move(head)),
        reader_(std::move(reader)),
        connection_(std::move(connection)),
        sender_(std::move(sender)),
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
    if (piece) co_return piece;
    const Error* const sources = sender_ ? sender_->sources_failure() : nullptr;
    failed_ = sources != nullptr ? *sources : piece.error();
    if (connection_) connection_->close();
    sender_.reset();
    co_return fail(*failed_);
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

  // The response is whole: the connection may serve another one, unless the request is not.
  void release() {
    if (!connection_) return;
    const auto connection = std::exchange(connection_, nullptr);
    const bool in_step = !sender_ || sender_->is_complete();
    sender_.reset();
    const auto pool = pool_.lock();
    if (pool && in_step && reader_->reusable())
      pool->give(origin_, connection, head_.headers);
    else
      connection->close();
  }

  ResponseHead head_;
  std::shared_ptr<ResponseReader> reader_;
  std::shared_ptr<Connection> connection_;
  std::unique_ptr<Sender> sender_;  // of a body that is not sent at once
  Waits waits_;
  std::weak_ptr<Pool> pool_;
  Origin origin_;
  std::optional<Error> failed_;
};

// While the body is sent its own waits are what ends this, then what is left of the head's.
Task<Result<ResponseHead>> read_head(Connection& connection, ResponseReader& reader,
                                     const Sending& sending) {
  while (true) {
    WWS_CO_TRY(auto head, reader.parse_head());
    if (head) co_return std::move(*head);
    const auto until = sending.has_ended ? sending.head_until : sending.waits.end();
    WWS_CO_CHECK(co_await receive(connection, reader, until));
  }
}

// A body that needs no task beside.
bool goes_with_head(const ClientRequest& request) {
  return request.body_source == nullptr && request.body.size() <= kPiece;
}

// The head, and a small body with it. Only a cancellation is the end: an upstream that has hung up
// may have answered before.
Task<void> send_head(Sending& self) {
  auto head = write_head(*self.request);
  const bool whole = goes_with_head(*self.request);
  if (whole) head += self.request->body;
  auto sent = co_await write_pieces(self, head);
  if (!sent) self.failure = std::move(sent).error();
  self.is_complete = sent && whole;
  self.has_ended = !sent || whole;
  self.head_until = self.waits.until(self.waits.limits.response_timeout);
}

}  // namespace

Task<Result<std::unique_ptr<ClientResponse>>> exchange_http1(
    boost::asio::any_io_executor executor, std::shared_ptr<Connection> connection,
    std::shared_ptr<const ClientRequest> request, Waits waits, std::weak_ptr<Pool> pool) {
  const auto sending = std::make_shared<Sending>(Sending{connection, request, waits});
  co_await send_head(*sending);
  if (sending->failure && connection->was_cancelled()) co_return fail(*sending->failure);
  std::unique_ptr<Sender> sender;
  if (!sending->has_ended) sender = std::make_unique<Sender>(executor, sending);
  const auto expected = request->method == "HEAD" ? BodyExpected::No : BodyExpected::Yes;
  const auto reader = std::make_shared<ResponseReader>(expected, waits.limits.max_head_bytes);
  auto head = co_await read_head(*connection, *reader, *sending);
  if (!head) {
    connection->close();
    co_return fail(sending->failure ? *sending->failure : head.error());
  }
  sending->is_answered = true;
  connection->move_write_end(waits.end());
  if (sending->failure) pool.reset();
  Origin origin{request->secure, request->host, request->port};
  co_return std::make_unique<Response>(std::move(*head), reader, std::move(connection),
                                       std::move(sender), waits, std::move(pool),
                                       std::move(origin));
}

}  // namespace wws::http
