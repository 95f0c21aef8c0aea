#include "http/websocket/connection.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace wws::http::websocket {
namespace {

namespace asio = boost::asio;

// With so much on its way to the client, nothing more is read of it.
constexpr std::uint64_t kHighWater = 64 * 1024;
// What leaves in one write, about.
constexpr std::size_t kBatch = 64 * 1024;
// Shorter messages are not worth compressing.
constexpr std::size_t kLeastCompressed = 64;
// So much is compressed before other connections have their turn.
constexpr std::size_t kCompressTurn = 64 * 1024;
// Of an empty message, for the count of what is queued.
constexpr std::uint64_t kOverhead = 16;

std::string close_payload(std::uint16_t code, std::string_view reason) {
  if (code == kNoStatus) return {};
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return payload.append(reason.substr(0, kMostReasonBytes));
}

}  // namespace

Connection::Connection(Exchange& exchange, asio::any_io_executor loop, const Limits& limits)
    : exchange_(exchange),
      loop_(std::move(loop)),
      limits_(limits),
      tasks_(loop_),
      out_ready_(loop_),
      out_taken_(loop_),
      attention_(loop_) {}

Task<Result<void>> Connection::open(ResponseHead head, Handshake handshake) {
  WWS_CO_CHECK(complete_handshake(exchange_.request(), handshake, head));
  auto upgraded = co_await exchange_.upgrade(std::move(head));
  if (!upgraded) co_return upgraded;
  reader_.emplace(limits_.max_message_bytes, handshake.deflate);
  if (handshake.deflate) deflater_.emplace(*handshake.deflate);
  last_byte_ = std::chrono::steady_clock::now();
  tasks_.spawn(write_queue());
  tasks_.spawn(keep_time());
  co_return Result<void>();
}

// --- what the client sends -----------------------------------------------------------------------

Task<std::optional<Message>> Connection::receive() {
  if (over_) co_return std::nullopt;
  auto message = co_await next_message();
  if (!message) {
    over_ = true;
    out_ready_.notify();
    attention_.notify();
  }
  co_return message;
}

Task<std::optional<Message>> Connection::next_message() {
  while (true) {
    const auto step = reader_->read(std::string_view(in_).substr(in_at_));
    in_at_ += step.consumed;
    switch (step.event) {
      case MessageReader::Event::NeedMore: {
        const bool more = co_await read_more();
        if (!more) co_return std::nullopt;
        break;
      }
      case MessageReader::Event::Text:
      case MessageReader::Event::Binary: {
        // Who has said goodbye does not listen.
        if (closing_) break;
        const bool text = step.event == MessageReader::Event::Text;
        Message message{text ? Kind::Text : Kind::Binary, std::move(reader_->payload())};
        co_return message;
      }
      case MessageReader::Event::Ping:
        if (!closing_) queue(Opcode::Pong, std::move(reader_->payload()));
        break;
      case MessageReader::Event::Pong: break;
      case MessageReader::Event::Close: co_await end_clean(); co_return std::nullopt;
      case MessageReader::Event::Failed:
        co_await end_failed(reader_->code(), reader_->failure());
        co_return std::nullopt;
    }
  }
}

Task<bool> Connection::read_more() {
  in_.clear();
  in_at_ = 0;
  while (queued_bytes_ > kHighWater && !closing_ && !lost_) co_await out_taken_.wait();
  if (lost_) co_return false;
  reading_ = true;
  auto bytes = co_await exchange_.read();
  reading_ = false;
  if (!bytes || bytes->empty()) {
    lose("");
    co_return false;
  }
  last_byte_ = std::chrono::steady_clock::now();
  pinged_at_.reset();
  in_ = *std::move(bytes);
  co_return true;
}

// The client's close frame is there; ours answers it, or came before.
Task<void> Connection::end_clean() {
  ending_.code = reader_->code();
  ending_.reason = std::move(reader_->payload());
  close(ending_.code, "");
  co_await flush_and_finish();
  ending_.clean = !lost_;
}

// RFC 6455 section 7.1.7.
Task<void> Connection::end_failed(std::uint16_t code, std::string_view why) {
  ending_.failure = why;
  if (code == kTooBig) ending_.bound = Ending::Bound::Message;
  close(code, why);
  co_await flush_and_finish();
}

Task<void> Connection::flush_and_finish() {
  while (queued_bytes_ > 0 && !lost_) co_await out_taken_.wait();
  if (lost_) co_return;
  const auto finished = co_await exchange_.finish();
  if (!finished) lost_ = true;
}

// There is no way left to say goodbye. `why` is ours, or empty: the client is gone.
void Connection::lose(std::string_view why, Ending::Bound bound) noexcept {
  if (lost_ || over_) return;
  lost_ = true;
  if (ending_.failure.empty()) {
    ending_.failure = why;
    ending_.bound = bound;
  }
  out_.clear();
  queued_bytes_ = 0;
  exchange_.abort();
  out_taken_.notify();
  out_ready_.notify();
}

// --- what is sent to it --------------------------------------------------------------------------

void Connection::queue(Opcode opcode, std::string bytes) {
  queued_bytes_ += bytes.size() + kOverhead;
  out_.push_back({opcode, std::move(bytes)});
  out_ready_.notify();
}

bool Connection::send(Kind kind, std::string bytes) {
  if (closing_ || lost_ || over_) return false;
  if (limits_.max_queued_bytes != 0 && queued_bytes_ + bytes.size() > limits_.max_queued_bytes) {
    lose("the client takes too slowly what is sent to it: too much waits", Ending::Bound::Queue);
    return false;
  }
  queue(kind == Kind::Text ? Opcode::Text : Opcode::Binary, std::move(bytes));
  return true;
}

void Connection::close(std::uint16_t code, std::string_view reason) {
  if (closing_ || lost_ || over_) return;
  queue(Opcode::Close, close_payload(code, reason));
  closing_ = true;
  closed_at_ = std::chrono::steady_clock::now();
  out_taken_.notify();
  attention_.notify();
}

Task<void> Connection::write_queue() {
  std::string bytes;
  while (!lost_) {
    if (out_.empty()) {
      if (over_) co_return;
      co_await out_ready_.wait();
      continue;
    }
    bytes.clear();
    std::uint64_t taken = 0;
    while (!out_.empty() && bytes.size() < kBatch) {
      Outgoing message = std::move(out_.front());
      out_.pop_front();
      taken += message.bytes.size() + kOverhead;
      auto encoded = co_await encode(std::move(message), bytes);
      if (!encoded) lose(encoded.error().message());
      if (lost_) co_return;
    }
    auto written = co_await exchange_.write(bytes);
    if (!written) lose("");
    if (lost_) co_return;
    queued_bytes_ -= taken;
    out_taken_.notify();
  }
}

Task<Result<void>> Connection::encode(Outgoing message, std::string& out) {
  FrameHead head{.opcode = message.opcode, .length = message.bytes.size()};
  const bool compress =
      deflater_ && !is_control(message.opcode) && message.bytes.size() >= kLeastCompressed;
  if (!compress) {
    append_server_head(out, head);
    out.append(message.bytes);
    co_return Result<void>();
  }
  std::string compressed;
  for (std::string_view rest = message.bytes; !rest.empty();) {
    const auto piece = rest.substr(0, kCompressTurn);
    rest.remove_prefix(piece.size());
    WWS_CO_CHECK(deflater_->add(piece, rest.empty() ? Deflater::Part::Last : Deflater::Part::More,
                                compressed));
    if (!rest.empty()) co_await asio::post(loop_, asio::use_awaitable);
  }
  head.compressed = true;
  head.length = compressed.size();
  append_server_head(out, head);
  out.append(compressed);
  co_return Result<void>();
}

// --- time ----------------------------------------------------------------------------------------

Task<void> Connection::keep_time() {
  while (!over_) {
    const Time until = next_look();
    const bool changed = co_await attention_.wait_until(until);
    if (!changed && !over_) look(std::chrono::steady_clock::now());
  }
}

Connection::Time Connection::next_look() const noexcept {
  if (lost_) return Time::max();
  if (closing_)
    return limits_.close_timeout.count() == 0 ? Time::max() : closed_at_ + limits_.close_timeout;
  if (limits_.idle_timeout.count() == 0) return Time::max();
  // A ping that went out late, because the process or its machine stood still, is waited for as
  // long.
  return pinged_at_.value_or(last_byte_) + limits_.idle_timeout / 2;
}

void Connection::look(Time now) {
  if (now < next_look()) return;
  if (closing_) {
    lose("");
  } else if (!reading_) {
    // It is us who were busy.
    last_byte_ = now;
    pinged_at_.reset();
  } else if (pinged_at_) {
    lose("the client did not answer a ping", Ending::Bound::Idle);
  } else {
    pinged_at_ = now;
    queue(Opcode::Ping, "");
  }
}

Task<void> Connection::join() { co_await tasks_.join(); }

}  // namespace wws::http::websocket
