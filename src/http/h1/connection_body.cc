// The request body: read from the socket only as the handler asks for it.
#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "http/h1/connection.h"

namespace wws::http::h1 {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

std::optional<std::string_view> Connection::buffered_body() const noexcept {
  if (!body_complete_ || body_received_ > body_.size() || over_limit(body_.size()))
    return std::nullopt;
  return body_;
}

std::optional<std::uint64_t> Connection::length() const noexcept {
  return parser_.content_length();
}

bool Connection::over_limit(std::uint64_t bytes) const noexcept {
  return body_limit_ != 0 && bytes > body_limit_;
}

Task<Result<std::string>> Connection::read() {
  if (cut_) co_return lost();
  if (upgraded_) co_return co_await read_upgraded();
  if (body_failure_ != 0) co_return body_failed(body_failure_);
  if (over_limit(parser_.content_length().value_or(0))) co_return body_failed(413);
  if (!body_given_) {
    body_given_ = true;
    body_received_ = body_.size();
    if (over_limit(body_received_)) co_return body_failed(413);
    if (!body_.empty()) co_return std::string(body_);
  }
  if (body_complete_) co_return std::string();
  if (continue_due_) WWS_CO_CHECK(co_await send_continue());
  co_return co_await read_more();
}

Task<Result<std::string>> Connection::read_more() {
  std::string piece;
  ParserEvent event = parse(piece);
  while (piece.empty() && event == ParserEvent::NeedMore) {
    const Wait outcome = co_await receive();
    if (outcome == Wait::TimedOut) co_return body_failed(408);
    if (outcome == Wait::Closed) co_return lost();
    event = parse(piece);
  }
  if (event == ParserEvent::Refused) co_return body_failed(400);
  body_complete_ = event == ParserEvent::Complete;
  body_received_ += piece.size();
  if (over_limit(body_received_)) co_return body_failed(413);
  co_return piece;
}

// Whoever speaks the other protocol knows how long to wait, and ends it with abort().
Task<Result<std::string>> Connection::read_upgraded() {
  if (begin_ != end_) co_return take_received();
  error_code error = asio::error::operation_aborted;
  std::size_t bytes = 0;
  // A wake-up that was meant for the writer is not ours.
  while (error == asio::error::operation_aborted && !cut_)
    bytes = co_await transport_.read_some(asio::buffer(buffer_.get(), kBufferSize), error);
  if (cut_) co_return lost();
  if (error == asio::error::eof) co_return std::string();
  if (error) co_return lost();
  co_return std::string(buffer_.get(), bytes);
}

std::unexpected<Error> Connection::body_failed(int status) noexcept {
  body_failure_ = status;
  keep_alive_ = false;
  if (status == 413)
    return fail(
        ErrorKind::Exhausted,
        fmt::format("the request body is over its bound of {} bytes; send less or raise the bound",
                    body_limit_));
  if (status == 408)
    return fail(ErrorKind::TimedOut, fmt::format("no byte of the request body came in {} ms",
                                                 limits_.body_timeout.count()));
  return fail(ErrorKind::Invalid,
              fmt::format("the request body is malformed: {}", parser_.refusal().text));
}

Task<Result<void>> Connection::send_continue() {
  continue_due_ = false;
  if (answer_ != Answer::None) co_return Result<void>();
  Pieces pieces;
  pieces.add(kContinue);
  co_return co_await flush(pieces);
}

// Fills the buffer, which is empty. A wake-up that was meant for the writer is not ours.
Task<Connection::Wait> Connection::receive() {
  while (true) {
    read_deadline_.arm(limits_.body_timeout);
    receive_pace_.begin(coarse_now());
    error_code error;
    const std::size_t bytes =
        co_await transport_.read_some(asio::buffer(buffer_.get(), kBufferSize), error);
    const bool late = read_deadline_.passed;
    read_deadline_ = {};
    receive_pace_.end(coarse_now());
    if (cut_) co_return Wait::Closed;
    if (!error) {
      end_ = bytes;
      body_bytes_ += bytes;
      co_return Wait::Ready;
    }
    if (error != asio::error::operation_aborted) co_return Wait::Closed;
    if (late) co_return Wait::TimedOut;
  }
}

// The time for a head, for a connection without a request, and the body's pace.
void Connection::sweep_reader(std::chrono::nanoseconds now) {
  using observe::EdgeLimit;
  const bool body = receive_pace_.waiting();
  if (read_deadline_.passes(now)) {
    if (body || head_begun_) group_.hit(body ? EdgeLimit::BodyTime : EdgeLimit::HeadTime);
    transport_.cancel();
  } else if (receive_pace_.too_slow(now, group_.receive_pace(), [this] { return body_bytes_; })) {
    group_.hit(EdgeLimit::ReceiveRate);
    read_deadline_.passed = true;
    transport_.cancel();
  }
}

}  // namespace wws::http::h1
