#include "http/client/h2_stream.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/client/h2_session.h"

namespace wws::http {
namespace {

constexpr int kMaxInterim = 16;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::Internal, fmt::format("the upstream's response is malformed: {}", why));
}

}  // namespace

H2Stream::H2Stream(std::shared_ptr<H2Session> session, std::int32_t id, std::uint64_t seen,
                   std::uint32_t max_head_bytes)
    : session_(std::move(session)),
      id_(id),
      seen_(seen),
      fields_(max_head_bytes),
      changed_(session_->executor()),
      room_(session_->executor()) {}

H2Stream::~H2Stream() { abandon(); }

const boost::asio::any_io_executor& H2Stream::executor() const noexcept {
  return session_->executor();
}

void H2Stream::abandon() noexcept {
  if (!std::exchange(closed_, true)) session_->drop(id_);
  room_.notify();
}

// ---- The request's body ----

Task<bool> H2Stream::wants_body() {
  while (!wanted_ && !is_over()) {
    const bool notified = co_await room_.wait_until(TimePoint::max());
    if (!notified) co_return false;
  }
  co_return !is_over();
}

void H2Stream::give(std::string bytes, End end) {
  piece_ = std::move(bytes);
  offer(piece_, end);
}

void H2Stream::give_all(std::shared_ptr<const ClientRequest> request) {
  request_ = std::move(request);
  offer(request_->body, End::Yes);
}

void H2Stream::offer(std::string_view bytes, End end) {
  if (is_over()) return;
  pending_ = bytes;
  ends_ = end == End::Yes;
  // A request without a body has ended with its head.
  all_taken_ = ends_ && bytes.empty();
  ++steps_;
  changed_.notify();
  if (std::exchange(wanted_, false)) session_->resume(id_);
}

void H2Stream::give_up(Error error) {
  if (is_over()) return;
  failed(std::move(error));
  abandon();
}

H2Stream::Piece H2Stream::take(std::span<std::uint8_t> into) {
  const auto bytes = std::min(into.size(), pending_.size());
  if (bytes > 0) std::memcpy(into.data(), pending_.data(), bytes);
  pending_.remove_prefix(bytes);
  const bool end = ends_ && pending_.empty();
  all_taken_ = all_taken_ || end;
  if (end) request_.reset();
  wanted_ = bytes == 0 && !end;
  ++steps_;
  changed_.notify();
  if (wanted_) room_.notify();
  return {bytes, end};
}

// ---- The response ----

TimePoint H2Stream::head_end(const Waits& waits) const {
  if (all_taken_) return waits.until(waits.limits.response_timeout);
  // A source that is asked has no time of its own, only the whole request has.
  return wanted_ ? waits.end() : waits.until(waits.limits.read_timeout);
}

Task<Result<ResponseHead>> H2Stream::head(Waits waits) {
  auto step = steps_;
  auto until = head_end(waits);
  while (!has_head_) {
    if (failure_) co_return fail(*failure_);
    WWS_CO_CHECK(co_await wait(until, "receiving"));
    if (step == steps_) continue;
    step = steps_;
    until = head_end(waits);
  }
  co_return std::move(head_);
}

Task<Result<std::string>> H2Stream::read(TimePoint until) {
  while (body_.empty() && !complete_) {
    if (failure_) co_return fail(*failure_);
    WWS_CO_CHECK(co_await wait(until, "receiving"));
  }
  std::string piece = std::exchange(body_, {});
  if (!closed_ && !piece.empty()) session_->give_window_back(id_, piece.size());
  co_return piece;
}

Task<Result<void>> H2Stream::wait(TimePoint until, std::string_view what) {
  const auto seen = session_->received();
  const bool notified = co_await changed_.wait_until(until);
  if (notified) co_return Result<void>{};
  const auto state = co_await boost::asio::this_coro::cancellation_state;
  cancelled_ = state.cancelled() != boost::asio::cancellation_type::none;
  if (cancelled_) co_return fail(ErrorKind::Gone, fmt::format("{}: cancelled", what));
  // Nothing at all came: the way to the upstream may be dead, and others need not try it.
  if (session_->received() == seen) session_->retire();
  co_return fail(ErrorKind::TimedOut, fmt::format("{}: no answer in time", what));
}

// ---- What the session reports ----

void H2Stream::wake() {
  changed_.notify();
  room_.notify();
}

void H2Stream::fields_begin() noexcept {
  if (!has_head_) fields_.restart();
}

// Trailers are dropped.
Result<void> H2Stream::field(std::string_view name, std::string_view value) {
  if (has_head_) return {};
  return fields_.add(name, value);
}

Result<void> H2Stream::fields_ended() {
  if (has_head_) return {};
  if (fields_.is_interim()) {
    if (++interim_ > kMaxInterim) return malformed("too many interim responses");
    return {};
  }
  WWS_TRY(head_, fields_.finish());
  length_ = fields_.content_length();
  has_head_ = true;
  changed_.notify();
  return {};
}

void H2Stream::body_arrived(std::string_view bytes) {
  body_.append(bytes);
  changed_.notify();
}

void H2Stream::ended() {
  if (failure_) return;
  complete_ = true;
  wake();
}

void H2Stream::closed(std::uint32_t code) {
  closed_ = true;
  wake();
  if (complete_ || failure_) return;
  if (code == NGHTTP2_REFUSED_STREAM) {
    may_repeat_ = true;
    failure_ = Error(ErrorKind::Gone, "the upstream has refused the request");
  } else if (reset_by_upstream_) {
    wants_http1_ = code == NGHTTP2_HTTP_1_1_REQUIRED;
    failure_ = Error(ErrorKind::Gone, fmt::format("the upstream has reset the stream: {}",
                                                  nghttp2_http2_strerror(code)));
  } else {
    failure_ = malformed(nghttp2_http2_strerror(code)).error();
  }
}

void H2Stream::failed(Error error) {
  if (complete_ || failure_) return;
  failure_ = std::move(error);
  wake();
}

// Where the connection was alive, and nothing came of it since, the request and the end have met on
// the way, as on a kept connection of HTTP/1; or the upstream has worked on it that long.
void H2Stream::lost(const Error& error, std::uint64_t seen) {
  closed_ = true;
  wake();
  if (complete_ || failure_) return;
  const bool gone = error.kind() == ErrorKind::Gone;
  may_repeat_ = gone && !left_;
  met_end_ = gone && seen_ > 0 && seen == seen_;
  failure_ = error;
}

}  // namespace wws::http
