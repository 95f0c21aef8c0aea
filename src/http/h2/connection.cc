#include "http/h2/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "http/blanks.h"
#include "http/h2/callbacks.h"
#include "io/spawn.h"

namespace wws::http::h2 {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kReadSize = 16 * 1024;
// So many frames are made before the kernel is asked to take them.
constexpr std::size_t kOutSize = 64 * 1024;
// With so many bytes of bodies unread no request waits for the rest of its own: the window that it
// waits for may be held by others that wait.
constexpr std::size_t kMostWaiting = kConnectionWindow / 2;
// A page that is left cancels what it had asked for, at most all streams; a browser does that now
// and then. Other frames that bring nothing come with requests.
constexpr std::uint32_t kResetBurst = 256;
constexpr std::uint32_t kResetRate = 32;
constexpr std::uint32_t kFrameBurst = 1024;
constexpr std::uint32_t kFrameRate = 64;
// Window updates come with what we send: some clients send two for each frame, or for each few
// bytes that they read.
constexpr std::uint32_t kCheapBurst = 16 * 1024;
constexpr std::uint32_t kCheapRate = 1024;
constexpr std::uint64_t kEarnedByFrame = 4;
constexpr std::uint64_t kBytesThatEarn = 256;
// How long a client may go on sending, so that it sees why we closed and not a reset.
constexpr std::chrono::milliseconds kLingerTime{2'000};
// A client that knows by then that the connection ends has sent what it had begun.
constexpr std::chrono::milliseconds kNoticeTime{1'000};

// Fields that HTTP/1 has for a connection, or that are ours (RFC 9113 section 8.2.2).
bool is_not_passed_on(std::string_view name) noexcept {
  return h1::is_servers_own(name) || equals_ignoring_case(name, "upgrade") ||
         equals_ignoring_case(name, "proxy-connection");
}

// Section 8.2.1: no space around a value.
nghttp2_nv field(std::string_view name, std::string_view value) noexcept {
  // nghttp2 copies both, and writes names in lower case.
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

// nghttp2_data_source_read_callback.
ssize_t take_body(nghttp2_session*, std::int32_t, std::uint8_t* into, std::size_t most,
                  std::uint32_t* flags, nghttp2_data_source* source, void*) {
  const auto next = static_cast<Stream*>(source->ptr)->take(reinterpret_cast<char*>(into), most);
  if (next.end) *flags |= NGHTTP2_DATA_FLAG_EOF;
  if (next.bytes == 0 && !next.end) return NGHTTP2_ERR_DEFERRED;
  return static_cast<ssize_t>(next.bytes);
}

}  // namespace

void Connection::Free::operator()(nghttp2_session* session) const noexcept {
  nghttp2_session_del(session);
}

Connection::Connection(Transport& transport, Peer peer, ConnectionGroup& group,
                       std::string received)
    : transport_(transport),
      peer_(std::move(peer)),
      group_(group),
      received_(std::move(received)),
      life_(std::make_shared<int>()),
      buffer_(new char[kReadSize]),
      resets_(kResetBurst, kResetRate),
      frames_(kFrameBurst, kFrameRate),
      cheap_(kCheapBurst, kCheapRate),
      ended_(transport.executor()) {}

Connection::~Connection() { resting_.clear(); }

bool Connection::begin() {
  session_.reset(make_session(*this));
  if (!session_ || !submit_settings(session_.get(), limits())) return false;
  idle_deadline_.arm(limits().idle_timeout);
  return true;
}

Task<Served::Ended> Connection::run() {
  if (!begin()) {
    group_.log.error("no memory for an HTTP/2 connection");
    transport_.close();
    co_return Ended::Closed;
  }
  if (leaving_) {
    leaving_ = false;
    announce_end();
  }
  feed(received_);
  received_ = {};
  error_code error;
  while (!closing_ && !cut_) {
    const std::size_t bytes =
        co_await transport_.read_some(asio::buffer(buffer_.get(), kReadSize), error);
    if (cut_ || closing_) break;
    if (error == asio::error::operation_aborted) continue;
    if (error) break;
    feed({buffer_.get(), bytes});
  }
  if (error && error != asio::error::operation_aborted) cut();
  lose_streams();
  while (!streams_.empty() || blocked_) co_await ended_.wait();
  if (!cut_) {
    transport_.finish_sending();
    co_await linger();
  }
  cut();
  co_return Ended::Closed;
}

// A client that gets its last bytes sends window updates for them. Where these meet a closed socket
// the kernel resets the connection, and what has not left yet is lost, the end of a response as
// well as GOAWAY. So the end is the client's, who has all of it then.
Task<void> Connection::linger() {
  idle_deadline_.arm(kLingerTime);
  error_code error;
  while (!error && !cut_ && !idle_deadline_.passed)
    co_await transport_.read_wire(asio::buffer(buffer_.get(), kReadSize), error);
}

void Connection::feed(std::string_view bytes) {
  flush_due_ = true;  // at the end of this
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const ssize_t taken =
      bytes.empty() ? 0 : nghttp2_session_mem_recv(session_.get(), data, bytes.size());
  if (taken < 0) {
    terminate(taken == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
    closing_ = true;
  }
  settle();
  flush();
}

void Connection::settle() {
  for (std::size_t i = 0; i < notes_.size(); ++i) dispatch(notes_[i]);
  notes_.clear();
  if (!tell_gone_) return;
  tell_gone_ = false;
  // A handler that is told of it may end its stream at once, which shortens the list.
  for (std::size_t i = streams_.size(); i-- > 0;)
    if (i < streams_.size()) streams_[i]->tell_gone();
}

void Connection::dispatch(std::int32_t id) {
  const auto at = resting_.find(id);
  if (at == resting_.end()) return;
  const bool may_run = at->second->is_ready() && !at->second->is_handled();
  if (!at->second->is_closed() && !may_run) return;
  std::unique_ptr<Stream> stream = std::move(at->second);
  resting_.erase(at);
  if (stream->is_closed() || cut_) return;
  streams_.push_back(stream.get());
  io::spawn(transport_.executor(), Stream::serve(std::move(stream)));
}

// Requests that wait for their bodies are handled as they are when too much is held for them.
void Connection::hurry() {
  if (unread_ < kMostWaiting) return;
  for (const auto& [id, stream] : resting_) {
    if (stream->is_handled()) continue;
    stream->do_not_wait();
    notes_.push_back(id);
  }
}

bool Connection::begin_stream(std::int32_t id) {
  // Handlers of streams that were reset may still run: they count, with room for those about to
  // end.
  const std::size_t most = 2 * std::size_t{most_streams(limits())};
  if (stopping_) return false;
  if (resting_.size() + streams_.size() >= most) {
    group_.hit(observe::EdgeLimit::Streams);
    return false;
  }
  if (limits().max_requests != 0 && ++requests_ == limits().max_requests) announce_end();
  auto stream = std::make_unique<Stream>(*this, id);
  nghttp2_session_set_stream_user_data(session_.get(), id, stream.get());
  resting_.emplace(id, std::move(stream));
  idle_deadline_ = {};
  return true;
}

void Connection::rest(std::unique_ptr<Stream> stream) {
  std::erase(streams_, stream.get());
  ended_.notify();
  if (!stream->is_closed() && !cut_) resting_.emplace(stream->id(), std::move(stream));
}

void Connection::stream_ended(Stream& stream) noexcept {
  std::erase(streams_, &stream);
  if (session_ && !cut_) nghttp2_session_set_stream_user_data(session_.get(), stream.id(), nullptr);
  if (streams_.empty() && resting_.empty() && !closing_) idle_deadline_.arm(limits().idle_timeout);
  ended_.notify();
}

// The clients of all that is open are gone, as far as their handlers can see.
void Connection::lose_streams() {
  resting_.clear();
  for (Stream* const stream : streams_)
    if (!stream->is_closed()) stream->closed();
  for (std::size_t i = streams_.size(); i-- > 0;)
    if (i < streams_.size()) streams_[i]->tell_gone();
}

// ---- What leaves ----

void Connection::flush_later() {
  if (flush_due_ || cut_) return;
  flush_due_ = true;
  asio::post(transport_.executor(), [this, life = life()] {
    if (!life.expired() && flush_due_) flush();
  });
}

void Connection::tell_gone_later() {
  tell_gone_ = true;
  asio::post(transport_.executor(), [this, life = life()] {
    if (!life.expired()) settle();
  });
}

void Connection::fill() {
  while (out_.size() < kOutSize) {
    const std::uint8_t* frame = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &frame);
    if (size <= 0) return;
    out_.append(reinterpret_cast<const char*>(frame), static_cast<std::size_t>(size));
  }
}

void Connection::flush() {
  flush_due_ = false;
  while (!cut_ && !blocked_) {
    if (out_at_ == out_.size()) {
      out_.clear();
      out_at_ = 0;
      fill();
    }
    if (out_.empty()) break;
    Pieces pieces;
    pieces.add(std::string_view(out_).substr(out_at_));
    const auto sent = transport_.send(pieces);
    out_at_ = pieces.empty() ? out_.size() : out_.size() - pieces.at[0].iov_len;
    if (sent == Transport::Sent::Failed) cut();
    if (sent != Transport::Sent::Blocked) continue;
    blocked_ = true;
    io::spawn(transport_.executor(), wait_and_flush());
  }
  if (!notes_.empty() || tell_gone_) settle();
  end_if_done();
}

// One of these runs while the socket takes nothing; run() waits for it.
Task<void> Connection::wait_and_flush() {
  write_watch_.begin(limits().write_timeout);
  error_code error;
  co_await transport_.wait_writable(error);
  const bool late = write_watch_.end();
  blocked_ = false;
  // A wake-up that was meant for the reader is not ours.
  if (late)
    cut();
  else
    flush();
  ended_.notify();
}

void Connection::end_if_done() {
  if (cut_ || closing_ || blocked_) return;
  if (nghttp2_session_want_read(session_.get()) != 0 ||
      nghttp2_session_want_write(session_.get()) != 0)
    return;
  closing_ = true;
  transport_.cancel();
}

bool Connection::submit(Stream& stream, const ResponseHead& head,
                        std::optional<std::uint64_t> length, bool body_follows) {
  if (cut_ || closing_) return false;
  const std::string status = std::to_string(head.status);
  const std::string size = std::to_string(length.value_or(0));
  std::vector<nghttp2_nv> fields;
  fields.reserve(head.headers.size() + 3);
  fields.push_back(field(":status", status));
  for (const Header& header : head.headers)
    if (!is_not_passed_on(header.name)) fields.push_back(field(header.name, trim(header.value)));
  fields.push_back(field("date", group_.date.at(std::time(nullptr))));
  if (length) fields.push_back(field("content-length", size));

  nghttp2_data_provider body{};
  body.source.ptr = &stream;
  body.read_callback = take_body;
  const int result = nghttp2_submit_response(session_.get(), stream.id(), fields.data(),
                                             fields.size(), body_follows ? &body : nullptr);
  flush_later();
  return result == 0;
}

void Connection::submit_continue(std::int32_t id) {
  if (cut_ || closing_) return;
  const nghttp2_nv status = field(":status", "100");
  nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, id, nullptr, &status, 1, nullptr);
  flush_later();
}

void Connection::resume(std::int32_t id, bool waits) {
  if (cut_ || closing_) return;
  if (waits) nghttp2_session_resume_data(session_.get(), id);
  flush_later();
}

void Connection::reset(std::int32_t id, std::uint32_t code) {
  if (cut_ || closing_) return;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, code);
  flush_later();
}

void Connection::give_window_back(std::int32_t id, std::size_t bytes) {
  unread_ -= bytes;
  if (cut_ || closing_) return;
  nghttp2_session_consume(session_.get(), id, bytes);
  flush_later();
}

void Connection::terminate(std::uint32_t code) {
  if (cut_ || closing_) return;
  failed_ = failed_ || code != NGHTTP2_NO_ERROR;
  nghttp2_session_terminate_session(session_.get(), code);
  flush_later();
}

void Connection::charge(FloodGuard& guard) {
  if (failed_ || guard.bears(coarse_now())) return;
  group_.hit(observe::EdgeLimit::Flood);
  if (group_.log.enabled(observe::Level::Debug))
    group_.log.debug("ended an HTTP/2 connection that sends too much of nothing",
                     {{"client", peer_.address}});
  terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Connection::earn(std::size_t bytes) noexcept {
  earned_ = std::min<std::uint64_t>(earned_ + kEarnedByFrame + bytes / kBytesThatEarn, kCheapBurst);
}

void Connection::charge_cheap() {
  if (earned_ > 0)
    --earned_;
  else
    charge(cheap_);
}

// ---- Time and the end ----

void Connection::sweep(std::chrono::nanoseconds now) {
  if (cut_ || !session_) return;
  sweep_writer(now);
  sweep_bodies(now);
  if (notice_deadline_.passes(now)) go_away();
  if (cut_) return;
  if (closing_) {
    if (idle_deadline_.passes(now)) transport_.cancel();
  } else {
    if (idle_deadline_.passes(now)) terminate(NGHTTP2_NO_ERROR);
    if (head_deadline_.passes(now)) {
      group_.hit(observe::EdgeLimit::HeadTime);
      terminate(NGHTTP2_ENHANCE_YOUR_CALM);
    }
  }
  for (const auto& [id, stream] : resting_) {
    stream->sweep(now);
    if (stream->is_ready() && !stream->is_handled()) notes_.push_back(id);
  }
  for (Stream* const stream : streams_) stream->sweep(now);
  if (!notes_.empty()) settle();
}

void Connection::sweep_writer(std::chrono::nanoseconds now) {
  const auto passed = write_watch_.look(now, limits().write_timeout, group_.send_pace(),
                                        [this] { return transport_.delivered(); });
  if (!passed) return;
  group_.hit(*passed);
  transport_.cancel();
}

bool Connection::has_no_window(std::int32_t id) const noexcept {
  return nghttp2_session_get_stream_remote_window_size(session_.get(), id) <= 0;
}

// What a client sends and takes is looked at for the whole connection, whose streams share a way.
void Connection::sweep_bodies(std::chrono::nanoseconds now) {
  const auto is = [this](bool (Stream::*what)() const noexcept) {
    const auto stream_is = [what](const Stream& stream) { return (stream.*what)(); };
    return std::ranges::any_of(streams_, [&](const Stream* one) { return stream_is(*one); }) ||
           std::ranges::any_of(resting_, [&](const auto& one) { return stream_is(*one.second); });
  };
  if (is(&Stream::awaits_body))
    receive_pace_.begin(now);
  else
    receive_pace_.end(now);
  if (receive_pace_.too_slow(now, group_.receive_pace(), [this] { return received_bytes_; })) {
    group_.hit(observe::EdgeLimit::ReceiveRate);
    for (Stream* const stream : streams_) stream->give_up_body();
    for (const auto& [id, stream] : resting_) {
      stream->give_up_body();
      notes_.push_back(id);
    }
  }
  if (nghttp2_session_get_remote_window_size(session_.get()) <= 0 && is(&Stream::has_outgoing))
    window_pace_.begin(now);
  else
    window_pace_.end(now);
  if (!window_pace_.too_slow(now, group_.send_pace(), [this] { return taken_bytes_; })) return;
  group_.hit(observe::EdgeLimit::SendRate);
  terminate(NGHTTP2_ENHANCE_YOUR_CALM);
}

void Connection::stop(std::chrono::milliseconds) noexcept {
  if (session_ && !cut_ && !closing_)
    announce_end();
  else
    leaving_ = true;
}

// RFC 9113 section 6.8: first a GOAWAY that refuses nothing, and the last one when the client knows
// of it, so that no request is lost that was on its way.
void Connection::announce_end() {
  if (std::exchange(leaving_, true)) return;
  notice_deadline_.arm(kNoticeTime);
  nghttp2_submit_shutdown_notice(session_.get());
  nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
  flush_later();
}

// Streams that came before it are served; the client may repeat the others elsewhere.
void Connection::go_away() {
  notice_deadline_ = {};
  if (cut_ || closing_ || std::exchange(stopping_, true)) return;
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  flush_later();
}

void Connection::cut() noexcept {
  if (cut_) return;
  cut_ = true;
  transport_.close();
  lose_streams();
  ended_.notify();
}

}  // namespace wws::http::h2
