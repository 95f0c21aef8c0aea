// The life of a connection: requests one after the other, and how it ends.
#include "http/h1/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "http/identify_client.h"

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

// RFC 9113 section 3.4.
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

}  // namespace

Connection::Connection(Transport& transport, Peer peer, ConnectionGroup& group)
    : transport_(transport),
      peer_(std::move(peer)),
      group_(group),
      limits_(group.options.limits),
      parser_({limits_.max_head_bytes, limits_.max_headers}),
      buffer_(new char[kBufferSize]) {
  identify_peer();
}

// Whom the next request comes from, until a trusted proxy says otherwise.
void Connection::identify_peer() noexcept {
  parser_.head().remote_address = peer_.address;
  parser_.head().secure = peer_.secure;
}

// The way of a small request is written out here in one frame: each further coroutine would cost it
// an allocation.
Task<Served::Ended> Connection::run() {
  do {
    begin_request();
    ParserEvent event = parse(body_);
    error_code error;
    while (event == ParserEvent::NeedMore && !(idle_ && stopping_ && patience_.count() == 0)) {
      arm_for_head();
      end_ = co_await transport_.read_some(asio::buffer(buffer_.get(), kBufferSize), error);
      // One that came as the time was up.
      if (error && !cut_ && idle_ && read_deadline_.passed && transport_.has_unread()) continue;
      if (error || cut_) break;
      idle_ = false;
      if (fresh_ && may_be_preface()) {
        const bool preface = co_await is_preface();
        if (preface) co_return Ended::SpeaksHttp2;
        if (cut_ || read_deadline_.passed) break;
      }
      fresh_ = false;
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
    if (limits_.max_requests != 0 && ++requests_ >= limits_.max_requests) keep_alive_ = false;
    discards_ = parser_.head().method == "HEAD";
    body_complete_ = event == ParserEvent::Complete;
    if (!refusal) refusal = identify_client(parser_.head(), peer_, group_, place_);
    if (!refusal && event == ParserEvent::Head) refusal = co_await prepare_body();
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
    // Others' first request before this client's next, however many it has sent at once.
    if (keep_alive_ && begin_ != end_)
      co_await asio::post(transport_.executor(), asio::use_awaitable);
  } while (keep_alive_ && !cut_);
  co_await close();
  co_return Ended::Closed;
}

// One comparison for every client that does not begin with HTTP/2's preface. Over TLS that is
// settled before (RFC 9113 section 3.3), and there it is a request of another version.
bool Connection::may_be_preface() const noexcept {
  const std::size_t known = std::min(end_, kHttp2Preface.size());
  return !transport_.is_secure() && kHttp2Preface.starts_with({buffer_.get(), known});
}

// Reads on until the bytes are the preface or something else, which is left for the parser. The
// time for a head runs meanwhile.
Task<bool> Connection::is_preface() {
  error_code error;
  while (end_ < kHttp2Preface.size() && may_be_preface()) {
    arm_for_head();
    end_ += co_await transport_.read_some(asio::buffer(buffer_.get() + end_, kBufferSize - end_),
                                          error);
    if (error || cut_) co_return false;
  }
  co_return may_be_preface();
}

std::string Connection::take_received() {
  std::string received(buffer_.get() + begin_, end_ - begin_);
  begin_ = end_ = 0;
  return received;
}

void Connection::begin_request() {
  parser_.next();
  if (peer_.trusted) {
    identify_peer();
    place_ = {};
  }
  reuse(out_);
  reuse(body_);
  body_limit_ = limits_.max_body_bytes;
  body_received_ = 0;
  body_failure_ = 0;
  status_ = 0;
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

// The time for a head runs from its first byte, whatever trickles in.
void Connection::arm_for_head() noexcept {
  const bool counting = !idle_ && head_begun_;
  if (counting) return;
  head_begun_ = !idle_;
  if (idle_ && stopping_)
    read_deadline_.arm(patience_);
  else
    read_deadline_.arm(idle_ ? limits_.idle_timeout : limits_.header_timeout);
}

// What of the body has arrived, and all of a small one, unless the client waits to be asked for it:
// whoever answers may not want it. A refusal of status 0 means: the client
// left.
Task<std::optional<Refusal>> Connection::prepare_body() {
  const std::optional<std::uint64_t> announced = parser_.content_length();
  if (announced && over_limit(*announced)) co_return Refusal{413, "the request body is too large"};

  ParserEvent event = parse(body_);
  continue_due_ = parser_.expects_continue() && body_.empty() && event == ParserEvent::NeedMore;
  const bool wait = announced && *announced <= kSmallBody && !continue_due_;
  if (wait) body_.reserve(static_cast<std::size_t>(*announced));
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
    co_await refuse({body_failure_, "the request body could not be read", true});
    co_return;
  }
  group_.log.error("a request handler returned without an answer",
                   {{"target", parser_.head().target}});
  co_await refuse({500, "the server did not answer", true});
}

Task<void> Connection::refuse(Refusal refusal) {
  keep_alive_ = false;
  discards_ = parser_.head().method == "HEAD";
  RefusalPage page = http::refuse(refusal, parser_.head(), peer_, group_);
  // A client that is gone by now needs no answer.
  [[maybe_unused]] const Result<void> sent =
      co_await respond(std::move(page.head), std::move(page.body));
}

Task<void> Connection::close() {
  if (cut_) co_return;
  if (broken_) {
    reset();
    co_return;
  }
  const bool lingers = must_linger();
  transport_.finish_sending();
  if (lingers) co_await linger();
  cut();
}

// Closing with unread bytes in the kernel resets the connection, and the reset may overtake the
// answer (RFC 9112 section 9.6).
bool Connection::must_linger() {
  if (answer_ == Answer::None) return false;
  return !body_complete_ || begin_ != end_ || transport_.has_unread();
}

Task<void> Connection::linger() {
  head_begun_ = false;
  read_deadline_.arm(kLingerTime);
  error_code error;
  while (!error && !cut_ && !read_deadline_.passed)
    co_await transport_.read_wire(asio::buffer(buffer_.get(), kBufferSize), error);
}

// Cut short, so that a client cannot take what it has for the whole.
void Connection::reset() noexcept {
  transport_.reset();
  cut();
}

void Connection::abort() noexcept {
  gone_ = nullptr;
  keep_alive_ = false;
  answer_ = Answer::Aborted;
  if (!cut_) reset();
}

void Connection::sweep(std::chrono::nanoseconds now) {
  sweep_reader(now);
  sweep_writer(now);
  if (!gone_ || cut_ || answer_ == Answer::Done || !transport_.client_left()) return;
  const auto callback = std::move(gone_);
  gone_ = nullptr;
  told_gone_ = true;
  callback();  // may end this connection
}

void Connection::stop(std::chrono::milliseconds patience) noexcept {
  stopping_ = true;
  patience_ = patience;
  if (!idle_ || cut_) return;
  if (patience.count() == 0)
    transport_.cancel();
  else
    read_deadline_.arm(patience);
}

void Connection::cut() noexcept {
  if (cut_) return;
  cut_ = true;
  transport_.close();
  if (!gone_) return;
  const auto callback = std::move(gone_);
  gone_ = nullptr;
  callback();
}

}  // namespace wws::http::h1
