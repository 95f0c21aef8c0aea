#include "http/h2/stream.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <exception>

#include "http/h1/serializer.h"
#include "http/h2/connection.h"
#include "http/identify_client.h"

namespace wws::http::h2 {

Stream::Stream(Connection& connection, std::int32_t id)
    : connection_(connection),
      life_(connection.life()),
      id_(id),
      fields_({connection.limits().max_head_bytes, connection.limits().max_headers}),
      body_limit_(connection.limits().max_body_bytes),
      readable_(connection.executor()),
      taken_(connection.executor()) {}

Stream::~Stream() {
  if (life_.expired()) return;
  give_window_back();
  connection_.stream_ended(*this);
}

// The request's coroutine; by value, so that it owns the stream. What is written goes on leaving
// after it, at the connection.
Task<void> Stream::serve(std::unique_ptr<Stream> stream) {
  co_await stream->run();
  if (stream->life_.expired()) co_return;
  Connection& connection = stream->connection_;
  connection.rest(std::move(stream));
}

Task<void> Stream::run() {
  if (refusal_)
    co_await refuse(*refusal_);
  else
    co_await call_handler();
  handler_done_ = true;
  give_window_back();
  stop_upload();
  if (has_outgoing()) write_deadline_.arm(connection_.limits().write_timeout);
}

Task<void> Stream::call_handler() {
  try {
    co_await connection_.group().handler.handle(*this);
  } catch (const std::exception& exception) {
    connection_.group().log.error("a request handler threw", {{"error", exception.what()}});
  }
  gone_ = nullptr;
  if (answer_ == Answer::None) co_await answer_for_handler();
  if (answer_ == Answer::Streaming) abort();
}

// A handler that read a bad body and left is answered for; one that did nothing has failed.
Task<void> Stream::answer_for_handler() {
  if (closed_) co_return;
  if (body_failure_ != 0) {
    co_await refuse({body_failure_, "the request body could not be read", true});
    co_return;
  }
  connection_.group().log.error("a request handler returned without an answer",
                                {{"target", head_.target}});
  co_await refuse({500, "the server did not answer", true});
}

Task<void> Stream::refuse(Refusal refusal) {
  RefusalPage page = http::refuse(refusal, head_, connection_.peer(), connection_.group());
  // A client that is gone by now needs no answer.
  [[maybe_unused]] const Result<void> sent =
      co_await respond(std::move(page.head), std::move(page.body));
}

// ---- What the connection reports ----

void Stream::head_ended() {
  has_head_ = true;
  const Peer& peer = connection_.peer();
  head_.remote_address = peer.address;
  head_.secure = peer.secure;
  length_ = fields_.content_length();
  const bool expects_continue = fields_.expects_continue();
  refusal_ = fields_.finish(head_);
  if (refusal_) return;
  refusal_ = identify_client(head_, peer, connection_.group(), place_);
  if (refusal_) return;
  if (over_limit(length_.value_or(0))) {
    refusal_ = Refusal{413, "the request body is too large"};
    return;
  }
  continue_due_ = expects_continue;
  // A body announced to be at most this long is there before the handler runs, unless the client
  // waits to be asked for it: whoever answers may not want it.
  wait_for_body_ = length_ && *length_ <= kSmallBody && !continue_due_;
  if (wait_for_body_) read_deadline_.arm(connection_.limits().body_timeout);
}

void Stream::body_arrived(std::string_view bytes) {
  window_owed_ += bytes.size();
  connection_.body_received(bytes.size());
  if (handler_done_ || refusal_) return give_window_back();
  body_.append(bytes);
  if (reading_) readable_.notify();
  if (wait_for_body_) read_deadline_.arm(connection_.limits().body_timeout);
}

void Stream::body_ended() {
  complete_ = true;
  if (!length_ && body_.empty() && !body_given_) length_ = 0;
  if (wait_for_body_) read_deadline_ = {};
  if (reading_) readable_.notify();
}

void Stream::answer_left() {
  answer_sent_ = true;
  stop_upload();
}

// Nobody reads the rest of a request that is answered (RFC 9113 section 8.1).
void Stream::stop_upload() {
  if (handler_done_ && answer_sent_ && !complete_ && !closed_)
    connection_.reset(id_, NGHTTP2_NO_ERROR);
}

void Stream::closed() {
  closed_ = true;
  readable_.notify();
  taken_.notify();
}

void Stream::on_gone(std::function<void()> callback) {
  gone_ = std::move(callback);
  if (gone_ && is_lost()) connection_.tell_gone_later();
}

void Stream::tell_gone() {
  if (!is_lost() || !gone_ || answer_ == Answer::Done) return;
  const auto callback = std::move(gone_);
  gone_ = nullptr;
  callback();  // may end this stream
}

bool Stream::is_ready() const noexcept {
  return has_head_ && (refusal_ || complete_ || !wait_for_body_);
}

void Stream::sweep(std::chrono::nanoseconds now) {
  sweep_writer(now);
  if (!read_deadline_.passes(now)) return;
  connection_.group().hit(observe::EdgeLimit::BodyTime);
  give_up_body();
}

void Stream::give_up_body() {
  if (!awaits_body()) return;
  read_deadline_.passed = true;
  if (reading_)
    readable_.notify();
  else if (wait_for_body_ && !refusal_)
    refusal_ = Refusal{408, "the request body took too long"};
}

void Stream::sweep_writer(std::chrono::nanoseconds now) {
  if (has_outgoing() && !closed_ && connection_.has_no_window(id_))
    send_pace_.begin(now);
  else
    send_pace_.end(now);
  ConnectionGroup& group = connection_.group();
  const bool late = write_deadline_.passes(now);
  if (late && connection_.is_blocked())
    return write_deadline_.arm(connection_.limits().write_timeout);
  const bool slow =
      !late && send_pace_.too_slow(now, group.send_pace(), [this] { return taken_bytes_; });
  if (!late && !slow) return;
  group.hit(late ? observe::EdgeLimit::WriteTime : observe::EdgeLimit::SendRate);
  write_deadline_ = {.at = std::chrono::nanoseconds{0}, .passed = true};
  taken_.notify();
  if (handler_done_ && !closed_) connection_.reset(id_, NGHTTP2_CANCEL);
}

Stream::Outgoing Stream::take(char* into, std::size_t most) {
  std::size_t bytes = std::min(most, out_.size() - out_at_);
  if (bytes > 0) {
    std::memcpy(into, out_.data() + out_at_, bytes);
    out_at_ += bytes;
    if (out_at_ == out_.size()) {
      out_.clear();
      out_at_ = 0;
    }
  }
  if (const std::size_t more = std::min(most - bytes, pending_.size()); more > 0) {
    std::memcpy(into + bytes, pending_.data(), more);
    pending_.remove_prefix(more);
    bytes += more;
  }
  taken_bytes_ += bytes;
  connection_.body_taken(bytes);
  if (bytes > 0 && write_deadline_.armed()) write_deadline_.arm(connection_.limits().write_timeout);
  const bool all = !has_outgoing();
  if (all && bytes > 0) taken_.notify();
  deferred_ = all && bytes == 0 && !ended_;
  return {bytes, all && ended_};
}

// ---- The request's body ----

std::optional<std::string_view> Stream::buffered_body() const noexcept {
  if (!complete_ || body_split_ || over_limit(body_.size())) return std::nullopt;
  return body_;
}

std::optional<std::uint64_t> Stream::length() const noexcept { return length_; }

bool Stream::over_limit(std::uint64_t bytes) const noexcept {
  return body_limit_ != 0 && bytes > body_limit_;
}

Task<Result<std::string>> Stream::read() {
  if (body_failure_ != 0) co_return body_failed(body_failure_);
  if (over_limit(length_.value_or(0))) co_return body_failed(413);
  if (complete_ && !body_split_) {
    // Kept for buffered_body().
    if (body_given_) co_return std::string();
    body_given_ = true;
    if (over_limit(body_.size())) co_return body_failed(413);
    co_return std::string(body_);
  }
  body_given_ = body_split_ = true;
  if (continue_due_ && answer_ == Answer::None && body_.empty()) connection_.submit_continue(id_);
  continue_due_ = false;
  while (body_.empty() && !complete_) {
    if (closed_) co_return lost();
    read_deadline_.arm(connection_.limits().body_timeout);
    reading_ = true;
    co_await readable_.wait();
    reading_ = false;
    const bool late = read_deadline_.passed;
    read_deadline_ = {};
    if (late && body_.empty() && !complete_ && !closed_) co_return body_failed(408);
  }
  std::string piece = std::move(body_);
  body_.clear();
  body_received_ += piece.size();
  give_window_back();
  if (over_limit(body_received_)) co_return body_failed(413);
  co_return piece;
}

void Stream::give_window_back() {
  const std::size_t owed = window_owed_;
  window_owed_ = 0;
  if (owed > 0) connection_.give_window_back(id_, owed);
}

std::unexpected<Error> Stream::body_failed(int status) {
  body_failure_ = status;
  if (status == 413)
    return fail(
        ErrorKind::Exhausted,
        fmt::format("the request body is over its bound of {} bytes; send less or raise the bound",
                    body_limit_));
  return fail(ErrorKind::TimedOut, fmt::format("no byte of the request body came in {} ms",
                                               connection_.limits().body_timeout.count()));
}

std::unexpected<Error> Stream::lost() noexcept { return fail(ErrorKind::Gone, "the client left"); }

// ---- The response ----

Result<void> Stream::begin_answer(const ResponseHead& head, std::optional<std::uint64_t> length,
                                  Body body) {
  if (is_lost()) return lost();
  if (answer_ != Answer::None)
    return fail(ErrorKind::Invalid, "this request has been answered already");
  WWS_CHECK(h1::check_response_head(head));
  status_ = head.status;
  discards_ = head_.method == "HEAD" || !status_has_body(head.status);
  if (!status_has_body(head.status)) length.reset();
  has_length_ = length.has_value();
  answer_left_ = length.value_or(0);
  if (!connection_.submit(*this, head, length, body == Body::Follows && !discards_)) return lost();
  return {};
}

Result<Stream::Body> Stream::begin_whole(const ResponseHead& head, std::size_t bytes) {
  const Body body = bytes == 0 ? Body::None : Body::Follows;
  WWS_CHECK(begin_answer(head, bytes, body));
  answer_ = Answer::Done;
  ended_ = true;
  return discards_ ? Body::None : body;
}

Task<Result<void>> Stream::respond(ResponseHead head, std::string body) {
  WWS_CO_TRY(const Body follows, begin_whole(head, body.size()));
  if (follows == Body::None) co_return Result<void>();
  out_ = std::move(body);
  if (out_.size() <= kWriteBuffer) co_return Result<void>();
  co_return co_await wait_taken();
}

// Borrowed, not copied: many streams may send the same file, and none of them needs to read.
Task<Result<void>> Stream::respond_with(ResponseHead head, std::string_view body) {
  WWS_CO_TRY(const Body follows, begin_whole(head, body.size()));
  if (follows == Body::None) co_return Result<void>();
  if (body.size() <= kWriteBuffer) {
    out_.assign(body);
    co_return Result<void>();
  }
  pending_ = body;
  co_return co_await wait_taken();
}

Task<Result<void>> Stream::start(ResponseHead head, std::optional<std::uint64_t> length) {
  // Whoever begins an answer may read on while it is sent, and behind the head nobody can be asked.
  const bool waits = continue_due_ && answer_ == Answer::None && body_.empty() && !complete_;
  if (waits && head.status < 300) connection_.submit_continue(id_);
  continue_due_ = false;
  WWS_CO_CHECK(begin_answer(head, length, Body::Follows));
  answer_ = Answer::Streaming;
  co_return Result<void>();
}

// What is written next, against what was announced.
Result<void> Stream::count_answer(std::uint64_t bytes) {
  if (is_lost()) return lost();
  if (answer_ != Answer::Streaming)
    return fail(ErrorKind::Invalid, "write() needs a response that was started");
  if (!has_length_) return {};
  if (bytes > answer_left_)
    return fail(ErrorKind::Invalid, fmt::format("the response is {} bytes longer than announced",
                                                bytes - answer_left_));
  answer_left_ -= bytes;
  return {};
}

Task<Result<void>> Stream::write(std::string_view bytes) {
  WWS_CO_CHECK(count_answer(bytes.size()));
  if (discards_ || bytes.empty()) co_return Result<void>();
  if (out_.size() - out_at_ + bytes.size() <= kWriteBuffer) {
    out_.erase(0, out_at_);
    out_at_ = 0;
    out_.append(bytes);
    resume();
    co_return Result<void>();
  }
  pending_ = bytes;
  resume();
  co_return co_await wait_taken();
}

Task<Result<void>> Stream::finish() {
  if (is_lost()) co_return lost();
  if (answer_ != Answer::Streaming)
    co_return fail(ErrorKind::Invalid, "finish() needs a response that was started");
  if (has_length_ && answer_left_ > 0 && !discards_) {
    const std::uint64_t missing = answer_left_;
    abort();
    co_return fail(ErrorKind::Invalid,
                   fmt::format("the response is {} bytes shorter than announced", missing));
  }
  answer_ = Answer::Done;
  ended_ = true;
  if (!discards_) resume();
  co_return Result<void>();
}

// Ends when nghttp2 has taken every byte, which it does as fast as the client's windows and the
// socket let it: this is what holds back a writer whose reader is slow.
Task<Result<void>> Stream::wait_taken() {
  write_deadline_.arm(connection_.limits().write_timeout);
  while (has_outgoing() && !closed_ && !write_deadline_.passed) co_await taken_.wait();
  const bool late = write_deadline_.passed && has_outgoing();
  write_deadline_ = {};
  pending_ = {};
  if (late) ended_ = false;  // what is left is not all of it
  if (late && !closed_) connection_.reset(id_, NGHTTP2_CANCEL);
  if (late || is_lost()) co_return lost();
  co_return Result<void>();
}

void Stream::resume() {
  const bool waits = deferred_;
  deferred_ = false;
  connection_.resume(id_, waits);
}

void Stream::abort() noexcept {
  gone_ = nullptr;
  answer_ = Answer::Aborted;
  if (!life_.expired() && !closed_) connection_.reset(id_, NGHTTP2_INTERNAL_ERROR);
}

}  // namespace wws::http::h2
