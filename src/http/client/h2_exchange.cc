#include "http/client/h2_exchange.h"

#include <utility>

#include "http/client/request_head.h"
#include "http/client/upload.h"

namespace wws::http {
namespace {

class H2Response final : public ClientResponse {
 public:
  H2Response(ResponseHead head, std::optional<std::uint64_t> length,
             std::unique_ptr<H2Stream> stream, Waits waits)
      : head_(std::move(head)), length_(length), stream_(std::move(stream)), waits_(waits) {
    if (stream_->has_ended()) stream_.reset();
  }

  [[nodiscard]] const ResponseHead& head() const noexcept override { return head_; }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return length_; }

  Task<Result<std::string>> read() override {
    if (failed_) co_return fail(*failed_);
    if (!stream_) co_return std::string();
    auto piece = co_await stream_->read(waits_.until(waits_.limits.read_timeout));
    if (!piece) failed_ = piece.error();
    if (!piece || stream_->has_ended()) stream_.reset();
    co_return piece;
  }

 private:
  ResponseHead head_;
  std::optional<std::uint64_t> length_;
  std::unique_ptr<H2Stream> stream_;  // until its end
  Waits waits_;
  std::optional<Error> failed_;
};

// Asks for a piece only when the upstream has room for it.
Task<Result<void>> send_source(H2Stream& stream, Upload& upload, Waits waits) {
  while (true) {
    WWS_CO_TRY(const bool wanted, co_await stream.wants_body(waits));
    if (!wanted) co_return Result<void>{};
    WWS_CO_TRY(auto piece, co_await upload.next());
    auto end = piece.empty() ? H2Stream::End::Yes : H2Stream::End::No;
    // The end goes with the last bytes: there may be no window for a frame of its own.
    if (upload.is_complete() && !piece.empty()) {
      WWS_CO_CHECK(co_await upload.next());
      end = H2Stream::End::Yes;
    }
    WWS_CO_CHECK(co_await stream.write(piece, end, waits));
    if (end == H2Stream::End::Yes) co_return Result<void>{};
  }
}

Task<Result<void>> send_body(H2Stream& stream, const ClientRequest& request, Upload* upload,
                             Waits waits) {
  if (upload) co_return co_await send_source(stream, *upload, waits);
  co_return co_await stream.write(request.body, H2Stream::End::Yes, waits);
}

std::optional<std::uint64_t> length_of(const ClientRequest& request, const ResponseHead& head,
                                       const H2Stream& stream) {
  const bool empty =
      request.method == "HEAD" || !status_has_body(head.status) || stream.has_ended();
  return empty ? 0 : stream.length();
}

}  // namespace

Task<H2Outcome> exchange_http2(std::shared_ptr<H2Session> session, const ClientRequest& request,
                               Waits waits) {
  H2Outcome outcome;
  auto opened = session->open(request);
  if (!opened) {
    outcome.response = fail(std::move(opened).error());
    outcome.may_repeat = true;
    co_return outcome;
  }
  auto stream = std::move(*opened);
  std::optional<Upload> upload;
  if (request.body_source) upload.emplace(*request.body_source);
  auto sent = co_await send_body(*stream, request, upload ? &*upload : nullptr, waits);
  if (!sent) {
    outcome.response = fail(std::move(sent).error());
    co_return outcome;
  }
  auto head = co_await stream->head(waits.until(waits.limits.response_timeout));
  if (head) {
    const auto length = length_of(request, *head, *stream);
    outcome.response =
        std::make_unique<H2Response>(std::move(*head), length, std::move(stream), waits);
    co_return outcome;
  }
  outcome.response = fail(std::move(head).error());
  outcome.wants_http1 = stream->wants_http1();
  const bool is_whole = !upload || !upload->has_begun();
  const bool unseen = stream->may_repeat() || outcome.wants_http1;
  outcome.may_repeat = is_whole && (unseen || (stream->has_met_end() && is_idempotent(request)));
  co_return outcome;
}

}  // namespace wws::http
