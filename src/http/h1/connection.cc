// The life of a connection: requests one after the other, and how it ends.
#include "http/h1/connection.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace wws::http::h1 {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// A body announced to be at most this long is there before the handler runs.
constexpr std::uint64_t kSmallBody = 64 * 1024;
// Strings that grew past this are given back, so that ten thousand idle connections stay cheap.
constexpr std::size_t kKeptCapacity = 32 * 1024;
// How long a client may go on sending what nobody reads, so that it sees the answer and not a
// reset.
constexpr std::chrono::milliseconds kLingerTime{2'000};

void reuse(std::string& text) {
  if (text.capacity() > kKeptCapacity) text = std::string();
  text.clear();
}

std::string address_of(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return {};
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

}  // namespace

std::chrono::nanoseconds coarse_now() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Connection::Connection(asio::ip::tcp::socket socket, ConnectionGroup& group)
    : socket_(std::move(socket)),
      group_(group),
      limits_(group.limits),
      parser_({group.limits.max_head_bytes, group.limits.max_headers}),
      buffer_(new char[kBufferSize]) {
  parser_.head().remote_address = address_of(socket_);
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

// The way of a small request is written out here in one frame: each further coroutine would cost it
// an allocation.
Task<void> Connection::run() {
  do {
    begin_request();
    ParserEvent event = parse(body_);
    error_code error;
    while (event == ParserEvent::NeedMore && !(idle_ && stopping_)) {
      arm_for_head();
      end_ = co_await socket_.async_read_some(asio::buffer(buffer_.get(), kBufferSize),
                                              asio::redirect_error(asio::use_awaitable, error));
      if (error || cut_) break;
      idle_ = false;
      event = parse(body_);
    }
    if (event == ParserEvent::NeedMore) {
      if (read_deadline_.passed && !idle_ && !cut_)
        co_await refuse({408, "the request head took too long"});
      break;
    }
    read_deadline_ = {};

    std::optional<Refusal> refusal;
    if (event == ParserEvent::Refused) refusal = parser_.refusal();
    keep_alive_ = parser_.keep_alive();
    discards_ = parser_.head().method == "HEAD";
    body_complete_ = event == ParserEvent::Complete;
    if (event == ParserEvent::Head) refusal = co_await prepare_body();
    if (refusal) {
      if (!cut_ && refusal->status != 0) co_await refuse(*refusal);
      break;
    }

    if (cut_) break;
    try {
      co_await group_.handler.handle(*this);
    } catch (const std::exception& exception) {
      broken_ = answer_ == Answer::Streaming;
      if (!cut_) group_.log.error("a request handler threw", {{"error", exception.what()}});
    }
    gone_ = nullptr;
    if (answer_ == Answer::None) co_await answer_for_handler();
    if (answer_ == Answer::Streaming) broken_ = true;
    keep_alive_ = keep_alive_ && body_complete_ && !broken_;
  } while (keep_alive_ && !cut_);
  co_await close();
}

void Connection::begin_request() {
  parser_.next();
  reuse(out_);
  reuse(body_);
  body_limit_ = limits_.max_body_bytes;
  body_received_ = 0;
  body_failure_ = 0;
  answer_ = Answer::None;
  told_gone_ = false;
  read_deadline_ = {};
  body_given_ = body_complete_ = continue_due_ = keep_alive_ = discards_ = false;
  idle_ = begin_ == end_;
  head_begun_ = false;
}

// Gives the parser what has arrived. Everything is taken unless the request ends before it.
ParserEvent Connection::parse(std::string& body) {
  if (begin_ == end_) return ParserEvent::NeedMore;
  const auto step = parser_.parse({buffer_.get() + begin_, end_ - begin_}, body);
  begin_ += step.consumed;
  if (begin_ == end_) begin_ = end_ = 0;
  return step.event;
}

void Connection::arm(Deadline& deadline, std::chrono::milliseconds after) noexcept {
  deadline.passed = false;
  deadline.at = after.count() == 0 ? Duration{0} : coarse_now() + after;
}

// The time for a head runs from its first byte, whatever trickles in.
void Connection::arm_for_head() noexcept {
  const bool counting = !idle_ && head_begun_;
  if (counting) return;
  head_begun_ = !idle_;
  arm(read_deadline_, idle_ ? limits_.idle_timeout : limits_.header_timeout);
}

// What of the body has arrived, and all of a small one. A refusal of status 0 means: the client
// left.
Task<std::optional<Refusal>> Connection::prepare_body() {
  const std::optional<std::uint64_t> announced = parser_.content_length();
  if (announced && over_limit(*announced)) co_return Refusal{413, "the request body is too large"};

  ParserEvent event = parse(body_);
  continue_due_ = parser_.expects_continue() && body_.empty() && event == ParserEvent::NeedMore;
  const bool wait = announced && *announced <= kSmallBody;
  if (wait) body_.reserve(static_cast<std::size_t>(*announced));
  // Asking for a small body costs less than a handler that finds it missing.
  if (wait && continue_due_) {
    const auto asked = co_await send_continue();
    if (!asked) co_return Refusal{0, {}};
  }
  while (wait && event == ParserEvent::NeedMore) {
    const Wait outcome = co_await receive();
    if (outcome == Wait::TimedOut) co_return Refusal{408, "the request body took too long"};
    if (outcome == Wait::Closed) co_return Refusal{0, {}};
    event = parse(body_);
  }
  if (event == ParserEvent::Refused) co_return parser_.refusal();
  body_complete_ = event == ParserEvent::Complete;
  co_return std::nullopt;
}

// A handler that read a bad body and left is answered for; one that did nothing has failed.
Task<void> Connection::answer_for_handler() {
  keep_alive_ = false;
  if (cut_ || broken_) co_return;
  // The handler gave up because the client did: nobody is there to be answered.
  if (told_gone_) co_return;
  if (body_failure_ != 0) {
    co_await refuse({body_failure_, "the request body could not be read"});
    co_return;
  }
  group_.log.error("a request handler returned without an answer",
                   {{"target", parser_.head().target}});
  co_await refuse({500, "the server did not answer"});
}

Task<void> Connection::refuse(Refusal refusal) {
  keep_alive_ = false;
  discards_ = parser_.head().method == "HEAD";
  if (refusal.status < 500 && group_.log.enabled(observe::Level::Debug))
    group_.log.debug("refused a request", {{"status", std::to_string(refusal.status)},
                                           {"why", std::string(refusal.text)},
                                           {"client", parser_.head().remote_address}});
  ResponseHead head{.status = refusal.status, .reason = {}, .headers = {}};
  head.headers.add("Content-Type", "text/plain; charset=utf-8");
  std::string body =
      fmt::format("{} {}: {}\n", refusal.status, reason_phrase(refusal.status), refusal.text);
  // A client that is gone by now needs no answer.
  [[maybe_unused]] const Result<void> sent = co_await respond(std::move(head), std::move(body));
}

Task<void> Connection::close() {
  if (cut_) co_return;
  if (broken_) {
    reset();
    co_return;
  }
  const bool lingers = must_linger();
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  if (lingers) co_await linger();
  cut();
}

// Closing with unread bytes in the kernel resets the connection, and the reset may overtake the
// answer (RFC 9112 section 9.6).
bool Connection::must_linger() {
  if (answer_ == Answer::None) return false;
  if (!body_complete_ || begin_ != end_) return true;
  int unread = 0;
  return ioctl(socket_.native_handle(), FIONREAD, &unread) == 0 && unread > 0;
}

Task<void> Connection::linger() {
  arm(read_deadline_, kLingerTime);
  error_code error;
  while (!error && !cut_ && !read_deadline_.passed) {
    co_await socket_.async_read_some(asio::buffer(buffer_.get(), kBufferSize),
                                     asio::redirect_error(asio::use_awaitable, error));
  }
}

// Cut short, so that a client cannot take what it has for the whole.
void Connection::reset() noexcept {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  cut();
}

void Connection::abort() noexcept {
  gone_ = nullptr;
  keep_alive_ = false;
  answer_ = Answer::Aborted;
  if (!cut_) reset();
}

void Connection::sweep(std::chrono::nanoseconds now) {
  bool wake = false;
  for (Deadline* deadline : {&read_deadline_, &write_deadline_}) {
    if (deadline->at.count() == 0 || now < deadline->at) continue;
    *deadline = {.at = Duration{0}, .passed = true};
    wake = true;
  }
  error_code ignored;
  if (wake) socket_.cancel(ignored);
  if (!gone_ || cut_ || answer_ == Answer::Done || !client_left()) return;
  const auto callback = std::move(gone_);
  gone_ = nullptr;
  told_gone_ = true;
  callback();  // may end this connection
}

bool Connection::client_left() noexcept {
  pollfd descriptor{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return poll(&descriptor, 1, 0) > 0;
}

void Connection::stop() noexcept {
  stopping_ = true;
  error_code ignored;
  if (idle_ && !cut_) socket_.cancel(ignored);
}

void Connection::cut() noexcept {
  if (cut_) return;
  cut_ = true;
  error_code ignored;
  socket_.close(ignored);
  if (!gone_) return;
  const auto callback = std::move(gone_);
  gone_ = nullptr;
  callback();
}

}  // namespace wws::http::h1
