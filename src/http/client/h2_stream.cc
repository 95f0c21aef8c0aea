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
      changed_(session_->executor()) {}

H2Stream::~H2Stream() {
  if (!closed_) session_->drop(id_);
}

// ---- The request's body ----

Task<Result<bool>> H2Stream::wants_body(Waits waits) {
  const auto until = waits.until(waits.limits.read_timeout);
  while (!wanted_ && !is_over()) WWS_CO_CHECK(co_await wait(until, "sending"));
  co_return !is_over();
}

Task<Result<void>> H2Stream::write(std::string_view bytes, End end, Waits waits) {
  pending_ = bytes;
  ends_ = end == End::Yes;
  if (std::exchange(wanted_, false)) session_->resume(id_);
  auto until = waits.until(waits.limits.read_timeout);
  auto left = pending_.size();
  Result<void> waited;
  while (waited && !pending_.empty() && !is_over()) {
    waited = co_await wait(until, "sending");
    if (pending_.size() == left) continue;
    left = pending_.size();
    until = waits.until(waits.limits.read_timeout);
  }
  pending_ = {};
  co_return waited;
}

H2Stream::Piece H2Stream::take(std::span<std::uint8_t> into) {
  const auto bytes = std::min(into.size(), pending_.size());
  if (bytes > 0) std::memcpy(into.data(), pending_.data(), bytes);
  pending_.remove_prefix(bytes);
  const bool end = ends_ && pending_.empty();
  wanted_ = bytes == 0 && !end;
  // A writer that was given time for each piece learns of it, too.
  changed_.notify();
  return {bytes, end};
}

// ---- The response ----

Task<Result<ResponseHead>> H2Stream::head(TimePoint until) {
  while (!has_head_) {
    if (failure_) co_return fail(*failure_);
    WWS_CO_CHECK(co_await wait(until, "receiving"));
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
  changed_.notify();
}

void H2Stream::closed(std::uint32_t code) {
  closed_ = true;
  changed_.notify();
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
  changed_.notify();
}

// Where the connection was alive, and nothing came of it since, the request and the end have met on
// the way, as on a kept connection of HTTP/1; or the upstream has worked on it that long.
void H2Stream::lost(const Error& error, std::uint64_t seen) {
  closed_ = true;
  changed_.notify();
  if (complete_ || failure_) return;
  const bool gone = error.kind() == ErrorKind::Gone;
  may_repeat_ = gone && !left_;
  met_end_ = gone && seen_ > 0 && seen == seen_;
  failure_ = error;
}

}  // namespace wws::http
