#include "http/client/h2_exchange.h"

#include <utility>

#include "http/client/request_head.h"
#include "http/client/upload.h"
#include "io/spawn.h"

namespace wws::http {
namespace {

// Asks for a piece only when the upstream has room for it.
Task<Result<void>> send_pieces(H2Stream& stream, Upload& upload) {
  while (true) {
    const bool wanted = co_await stream.wants_body();
    if (!wanted) co_return Result<void>{};
    WWS_CO_TRY(auto piece, co_await upload.next());
    auto end = piece.empty() ? H2Stream::End::Yes : H2Stream::End::No;
    // The end goes with the last bytes: there may be no window for a frame of its own.
    if (upload.is_complete() && !piece.empty()) {
      WWS_CO_CHECK(co_await upload.next());
      end = H2Stream::End::Yes;
    }
    stream.give(std::move(piece), end);
    if (end == H2Stream::End::Yes) co_return Result<void>{};
  }
}

// The request has the source.
Task<void> send_source(std::shared_ptr<H2Stream> stream,
                       [[maybe_unused]] std::shared_ptr<const ClientRequest> request,
                       std::shared_ptr<Upload> upload) {
  auto sent = co_await send_pieces(*stream, *upload);
  if (!sent) stream->give_up(std::move(sent).error());
}

// Whoever wants the response: its end is the end of the stream, and of what is sent.
class Owner final {
 public:
  explicit Owner(std::shared_ptr<H2Stream> of) : stream(std::move(of)) {}
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() {
    stream->abandon();
    if (stop_) stop_->emit(boost::asio::cancellation_type::all);
  }

  void send(const std::shared_ptr<const ClientRequest>& request,
            const std::shared_ptr<Upload>& upload) {
    if (!upload) return stream->give_all(request);
    stop_ = io::spawn_cancellable(stream->executor(), send_source(stream, request, upload));
  }

  const std::shared_ptr<H2Stream> stream;

 private:
  std::shared_ptr<boost::asio::cancellation_signal> stop_;
};

class H2Response final : public ClientResponse {
 public:
  H2Response(ResponseHead head, std::optional<std::uint64_t> length, std::unique_ptr<Owner> owner,
             Waits waits)
      : head_(std::move(head)), length_(length), owner_(std::move(owner)), waits_(waits) {
    if (owner_->stream->has_ended()) owner_.reset();
  }

  [[nodiscard]] const ResponseHead& head() const noexcept override { return head_; }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return length_; }

  Task<Result<std::string>> read() override {
    if (failed_) co_return fail(*failed_);
    if (!owner_) co_return std::string();
    auto piece = co_await owner_->stream->read(waits_.until(waits_.limits.read_timeout));
    if (!piece) failed_ = piece.error();
    if (!piece || owner_->stream->has_ended()) owner_.reset();
    co_return piece;
  }

 private:
  ResponseHead head_;
  std::optional<std::uint64_t> length_;
  std::unique_ptr<Owner> owner_;  // until its end
  Waits waits_;
  std::optional<Error> failed_;
};

std::optional<std::uint64_t> length_of(const ClientRequest& request, const ResponseHead& head,
                                       const H2Stream& stream) {
  const bool empty =
      request.method == "HEAD" || !status_has_body(head.status) || stream.has_ended();
  return empty ? 0 : stream.length();
}

}  // namespace

Task<H2Outcome> exchange_http2(std::shared_ptr<H2Session> session,
                               std::shared_ptr<const ClientRequest> request, Waits waits) {
  H2Outcome outcome;
  auto opened = session->open(*request);
  if (!opened) {
    outcome.response = fail(std::move(opened).error());
    outcome.may_repeat = true;
    co_return outcome;
  }
  auto owner = std::make_unique<Owner>(std::move(*opened));
  const std::shared_ptr<H2Stream> stream = owner->stream;
  const auto upload =
      request->body_source ? std::make_shared<Upload>(*request->body_source) : nullptr;
  owner->send(request, upload);
  auto head = co_await stream->head(waits);
  if (head) {
    const auto length = length_of(*request, *head, *stream);
    outcome.response =
        std::make_unique<H2Response>(std::move(*head), length, std::move(owner), waits);
    co_return outcome;
  }
  outcome.response = fail(std::move(head).error());
  outcome.wants_http1 = stream->wants_http1();
  const bool is_whole = !upload || !upload->has_begun();
  const bool unseen = stream->may_repeat() || outcome.wants_http1;
  outcome.may_repeat = is_whole && (unseen || (stream->has_met_end() && is_idempotent(*request)));
  co_return outcome;
}

}  // namespace wws::http
