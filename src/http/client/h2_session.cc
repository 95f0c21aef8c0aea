#include "http/client/h2_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "http/client/h2_callbacks.h"
#include "http/deadline.h"
#include "io/spawn.h"

namespace wws::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kReadSize = 16 * 1024;
// So many bytes of frames are made before the kernel is asked to take them.
constexpr std::size_t kOutSize = 64 * 1024;
// Pings come with data now and then, settings once; more than this is no use to anybody.
constexpr std::uint32_t kFrameBurst = 1024;
constexpr std::uint32_t kFrameRate = 64;
// Upstreams take many resets for an attack and end the connection, for all who share it: nghttp2's
// servers past 33 a second in the long run, and this one past 32.
constexpr std::uint32_t kDropBurst = 64;
constexpr std::uint32_t kDropRate = 30;

}  // namespace

void H2Session::Free::operator()(nghttp2_session* session) const noexcept {
  nghttp2_session_del(session);
}

H2Session::H2Session(asio::any_io_executor executor, std::shared_ptr<Connection> connection,
                     const ClientLimits& limits)
    : executor_(std::move(executor)),
      connection_(std::move(connection)),
      limits_(limits),
      work_(executor_),
      idle_since_(std::chrono::steady_clock::now()),
      drops_(kDropBurst, kDropRate),
      idle_frames_(kFrameBurst, kFrameRate) {}

H2Session::~H2Session() = default;

Result<std::shared_ptr<H2Session>> H2Session::start(asio::any_io_executor executor,
                                                    std::shared_ptr<Connection> connection,
                                                    const ClientLimits& limits) {
  const std::shared_ptr<H2Session> self(
      new H2Session(std::move(executor), std::move(connection), limits));
  self->session_.reset(make_client_session(*self));
  if (!self->session_ || !submit_client_settings(self->session_.get(), limits))
    return fail(ErrorKind::Internal, "no memory for an HTTP/2 connection");
  io::spawn(self->executor_, read_all(self));
  io::spawn(self->executor_, write_all(self));
  return self;
}

// ---- Reading ----

Task<void> H2Session::read_all(std::shared_ptr<H2Session> self) {
  std::array<std::uint8_t, kReadSize> bytes;
  while (!self->over_ && nghttp2_session_want_read(self->session_.get()) != 0) {
    const auto count = co_await self->connection_->read_some(bytes, TimePoint::max());
    if (self->over_) co_return;
    if (!count || *count == 0) co_return self->end(self->reason_of_end());
    auto fed = self->feed(ByteView(bytes).first(*count));
    if (!fed) co_return self->end(std::move(fed).error());
    if (self->has_work()) self->work_.notify();
  }
  self->work_.notify();
}

Result<void> H2Session::feed(ByteView bytes) {
  received_ += bytes.size();
  const auto taken = nghttp2_session_mem_recv(session_.get(), bytes.data(), bytes.size());
  settle();
  if (taken >= 0) return {};
  return fail(ErrorKind::Internal, fmt::format("the upstream breaks the rules of HTTP/2: {}",
                                               nghttp2_strerror(static_cast<int>(taken))));
}

// ---- Writing ----

Task<void> H2Session::write_all(std::shared_ptr<H2Session> self) {
  while (!self->over_) {
    self->fill();
    if (self->over_) co_return;
    if (!self->out_.empty()) {
      const Waits waits{self->limits_, std::nullopt};
      const auto written =
          co_await self->connection_->write(self->out_, waits.until(self->limits_.read_timeout));
      self->out_.clear();
      if (!written && written.error().kind() == ErrorKind::TimedOut)
        co_return self->end(written.error());
      if (!written) break;
    } else if (self->has_said_all()) {
      co_return self->end(self->reason_of_end());
    } else {
      const bool notified = co_await self->work_.wait_until(self->idle_end());
      if (!notified) self->retire();
    }
  }
  // The reader goes on: an upstream that hangs up has often said why.
  self->has_writer_ = false;
  self->retire();
}

void H2Session::fill() {
  while (out_.size() < kOutSize) {
    const std::uint8_t* frame = nullptr;
    const auto size = nghttp2_session_mem_send(session_.get(), &frame);
    if (size < 0) end(Error(ErrorKind::Internal, nghttp2_strerror(static_cast<int>(size))));
    if (size <= 0) break;
    out_.append(as_text({frame, static_cast<std::size_t>(size)}));
  }
  settle();
}

// What the callbacks have noted.
void H2Session::settle() noexcept {
  if (std::exchange(lost_stream_, false)) stream_gone();
}

bool H2Session::has_work() const noexcept {
  return nghttp2_session_want_write(session_.get()) != 0 || has_said_all();
}

bool H2Session::has_said_all() const noexcept {
  return nghttp2_session_want_read(session_.get()) == 0 &&
         nghttp2_session_want_write(session_.get()) == 0;
}

TimePoint H2Session::idle_end() const noexcept {
  if (!streams_.empty() || retired_) return TimePoint::max();
  return limits_.max_idle_per_host == 0 ? idle_since_ : idle_since_ + limits_.max_idle_time;
}

// ---- Requests ----

bool H2Session::has_room() const noexcept {
  if (retired_ || over_) return false;
  const auto most =
      nghttp2_session_get_remote_settings(session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
  return streams_.size() < std::min(most, kMostStreams);
}

Result<std::shared_ptr<H2Stream>> H2Session::open(const ClientRequest& request) {
  if (retired_ || over_) return fail(ErrorKind::Gone, "the connection ends");
  const std::int32_t id = submit_request(session_.get(), request);
  if (id < 0) {
    retire();
    return fail(ErrorKind::Gone,
                fmt::format("the connection takes no more requests: {}", nghttp2_strerror(id)));
  }
  auto stream =
      std::make_shared<H2Stream>(shared_from_this(), id, received_, limits_.max_head_bytes);
  streams_.emplace(id, stream.get());
  was_used_ = true;
  work_.notify();
  return stream;
}

void H2Session::resume(std::int32_t id) noexcept {
  if (over_) return;
  nghttp2_session_resume_data(session_.get(), id);
  work_.notify();
}

void H2Session::give_window_back(std::int32_t id, std::size_t bytes) noexcept {
  if (over_) return;
  nghttp2_session_consume_stream(session_.get(), id, bytes);
  if (has_work()) work_.notify();
}

void H2Session::drop(std::int32_t id) noexcept {
  streams_.erase(id);
  if (over_) return;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
  work_.notify();
  if (!drops_.bears(coarse_now())) retire();
  stream_gone();
}

void H2Session::retire() noexcept {
  retired_ = true;
  stream_gone();
}

// The end of a session that takes no more is the end of its last stream.
void H2Session::stream_gone() noexcept {
  if (!streams_.empty() || over_) return;
  idle_since_ = std::chrono::steady_clock::now();
  if (retired_ && !has_writer_) return end(reason_of_end());
  if (retired_) nghttp2_session_terminate_session(session_.get(), NGHTTP2_NO_ERROR);
  work_.notify();
}

void H2Session::end(Error why) {
  if (std::exchange(over_, true)) return;
  connection_->close();
  const auto streams = std::exchange(streams_, {});
  for (const auto& [id, stream] : streams) stream->lost(why, received_);
  work_.notify();
}

Error H2Session::reason_of_end() const {
  if (broken_rule_)
    return Error(ErrorKind::Internal, fmt::format("the upstream breaks the rules of HTTP/2: {}",
                                                  nghttp2_http2_strerror(*broken_rule_)));
  if (upstreams_code_.value_or(NGHTTP2_NO_ERROR) != NGHTTP2_NO_ERROR)
    return Error(ErrorKind::Gone, fmt::format("the upstream has ended the connection: {}",
                                              nghttp2_http2_strerror(*upstreams_code_)));
  return Error(ErrorKind::Gone, "the upstream closed the connection before its response ended");
}

// ---- What the callbacks report ----

H2Stream* H2Session::find(std::int32_t id) const noexcept {
  const auto at = streams_.find(id);
  return at == streams_.end() ? nullptr : at->second;
}

void H2Session::fail_stream(std::int32_t id, H2Stream& stream, Error error) {
  stream.failed(std::move(error));
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_PROTOCOL_ERROR);
}

void H2Session::stream_closed(std::int32_t id, std::uint32_t code) {
  const auto at = streams_.find(id);
  if (at == streams_.end()) return;
  at->second->closed(code);
  streams_.erase(at);
  lost_stream_ = true;
}

// RFC 9113 section 6.8: what the upstream has not taken may be sent elsewhere. nghttp2 closes the
// streams that it has sent; those that still wait for room are closed here.
void H2Session::upstream_leaves(std::int32_t last_stream, std::uint32_t code) {
  upstreams_code_ = code;
  retired_ = true;
  std::vector<std::int32_t> refused;
  for (const auto& [id, stream] : streams_)
    if (id > last_stream) refused.push_back(id);
  for (const std::int32_t id : refused) stream_closed(id, NGHTTP2_REFUSED_STREAM);
  lost_stream_ = true;
}

void H2Session::charge() noexcept {
  if (!idle_frames_.bears(coarse_now())) break_off(NGHTTP2_ENHANCE_YOUR_CALM);
}

void H2Session::break_off(std::uint32_t code) noexcept {
  if (broken_rule_) return;
  broken_rule_ = code;
  nghttp2_session_terminate_session(session_.get(), code);
}

}  // namespace wws::http
