// The response: bytes go to the kernel as soon as it takes them.
#include <fmt/format.h>
#include <sys/sendfile.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "http/h1/connection.h"

namespace wws::http::h1 {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Up to this size a body is copied behind its head, which is cheaper than a second buffer.
constexpr std::size_t kCopiedBody = 4 * 1024;
// So much of a file goes to the kernel before other connections have their turn.
constexpr std::uint64_t kFileTurn = 1u << 20;

Framing choose_framing(int status, int version_minor,
                       std::optional<std::uint64_t> length) noexcept {
  if (!status_has_body(status)) return Framing::NoBody;
  if (length) return Framing::Length;
  return version_minor >= 1 ? Framing::Chunked : Framing::UntilClose;
}

Persistence persistence_of(bool keep_alive, int version_minor) noexcept {
  if (!keep_alive) return Persistence::Close;
  return version_minor >= 1 ? Persistence::Implied : Persistence::KeepAlive;
}

}  // namespace

// Leaves the head in out_. Nothing has changed when it fails, so the handler can answer otherwise.
Result<void> Connection::begin_answer(const ResponseHead& head,
                                      std::optional<std::uint64_t> length) {
  if (cut_) return lost();
  if (answer_ != Answer::None)
    return fail(ErrorKind::Invalid, "this request has been answered already");
  WWS_CHECK(check_response_head(head));
  status_ = head.status;
  const int version = parser_.head().version_minor;
  framing_ = choose_framing(head.status, version, length);
  if (framing_ == Framing::NoBody) discards_ = true;
  if (framing_ == Framing::UntilClose || stopping_) keep_alive_ = false;
  answer_left_ = length.value_or(0);
  append_response_head(out_, head, framing_, answer_left_, persistence_of(keep_alive_, version),
                       group_.date.at(std::time(nullptr)));
  return {};
}

// A whole answer: what is to be sent, of which `body` is borrowed.
Result<Pieces> Connection::assemble(const ResponseHead& head, std::string_view body) {
  // What is left of the request would be in the way of the next one.
  const bool kept = keep_alive_;
  keep_alive_ = keep_alive_ && body_complete_;
  if (auto begun = begin_answer(head, body.size()); !begun) {
    keep_alive_ = kept;
    return fail(std::move(begun).error());
  }
  answer_ = Answer::Done;
  const bool copied = !discards_ && body.size() <= kCopiedBody;
  if (copied) out_.append(body);
  Pieces pieces;
  pieces.add(out_);
  if (!copied && !discards_) pieces.add(body);
  return pieces;
}

Task<Result<void>> Connection::respond(ResponseHead head, std::string body) {
  WWS_CO_TRY(auto pieces, assemble(head, body));
  const auto sent = transport_.send(pieces);
  if (sent == Transport::Sent::All) co_return Result<void>();
  if (sent == Transport::Sent::Failed) co_return lost();
  co_return co_await flush(pieces);
}

Task<Result<void>> Connection::respond_with(ResponseHead head, std::string_view body) {
  WWS_CO_TRY(auto pieces, assemble(head, body));
  const auto sent = transport_.send(pieces);
  if (sent == Transport::Sent::All) co_return Result<void>();
  if (sent == Transport::Sent::Failed) co_return lost();
  co_return co_await flush(pieces);
}

Task<Result<void>> Connection::respond_with_file(ResponseHead head, int descriptor,
                                                 std::uint64_t offset, std::uint64_t length) {
  const auto socket = transport_.file_descriptor();
  if (!socket)
    co_return co_await Exchange::respond_with_file(std::move(head), descriptor, offset, length);
  WWS_CO_CHECK(begin_answer(head, length));
  answer_ = Answer::Streaming;
  const bool follows = !discards_ && length > 0;
  const auto rest = follows ? Transport::Rest::Follows : Transport::Rest::None;
  Pieces pieces;
  pieces.add(out_);
  // Mostly the kernel takes all at once: no coroutine then for either half.
  const auto sent = transport_.send(pieces, rest);
  if (sent == Transport::Sent::Failed) co_return lost();
  if (sent == Transport::Sent::Blocked) WWS_CO_CHECK(co_await flush(pieces, rest));
  if (follows) {
    WWS_CO_CHECK(count_answer(length));
    const std::uint64_t taken = try_send_from(*socket, descriptor, offset, length);
    if (taken < length)
      WWS_CO_CHECK(co_await send_from(*socket, descriptor, offset + taken, length - taken));
  }
  answer_ = Answer::Done;
  co_return Result<void>();
}

Task<Result<void>> Connection::start(ResponseHead head, std::optional<std::uint64_t> length) {
  // Whoever begins an answer may read on while it is sent, and behind the head nobody can be asked.
  if (continue_due_ && head.status < 300) WWS_CO_CHECK(co_await send_continue());
  WWS_CO_CHECK(begin_answer(head, length));
  answer_ = Answer::Streaming;
  Pieces pieces;
  pieces.add(out_);
  co_return co_await flush(pieces);
}

Task<Result<void>> Connection::upgrade(ResponseHead head) {
  if (cut_) co_return lost();
  if (answer_ != Answer::None)
    co_return fail(ErrorKind::Invalid, "this request has been answered already");
  if (!body_complete_ || parser_.head().version_minor < 1)
    co_return fail(ErrorKind::Unsupported,
                   "a connection changes its protocol after a request of HTTP/1.1 without a body");
  WWS_CO_CHECK(check_response_head({.status = 200, .reason = {}, .headers = head.headers}));
  append_upgrade_head(out_, head, group_.date.at(std::time(nullptr)));
  status_ = 101;
  answer_ = Answer::Streaming;
  framing_ = Framing::UntilClose;
  discards_ = keep_alive_ = false;
  upgraded_ = true;
  Pieces pieces;
  pieces.add(out_);
  co_return co_await flush(pieces);
}

Task<Result<void>> Connection::write(std::string_view bytes) {
  WWS_CO_CHECK(count_answer(bytes.size()));
  if (discards_ || bytes.empty()) co_return Result<void>();

  std::array<char, 20> size{};
  Pieces pieces;
  const bool chunked = framing_ == Framing::Chunked;
  if (chunked) {
    const auto end = fmt::format_to_n(size.data(), size.size(), "{:x}\r\n", bytes.size()).out;
    pieces.add({size.data(), static_cast<std::size_t>(end - size.data())});
  }
  pieces.add(bytes);
  if (chunked) pieces.add("\r\n");
  co_return co_await flush(pieces);
}

// What is written next, against what was announced.
Result<void> Connection::count_answer(std::uint64_t bytes) {
  if (cut_ || broken_) return lost();
  if (answer_ != Answer::Streaming)
    return fail(ErrorKind::Invalid, "write() needs a response that was started");
  if (framing_ != Framing::Length) return {};
  if (bytes > answer_left_)
    return fail(ErrorKind::Invalid, fmt::format("the response is {} bytes longer than announced",
                                                bytes - answer_left_));
  answer_left_ -= bytes;
  return {};
}

Task<Result<void>> Connection::write_file(int descriptor, std::uint64_t offset,
                                          std::uint64_t length) {
  const auto socket = transport_.file_descriptor();
  if (!socket || (framing_ != Framing::Length && !discards_)) {
    auto written = co_await Exchange::write_file(descriptor, offset, length);
    co_return written;
  }
  WWS_CO_CHECK(count_answer(length));
  if (discards_) co_return Result<void>();
  co_return co_await send_from(*socket, descriptor, offset, length);
}

// What of a small file the kernel takes at once, if nothing else is to be done first: whatever
// hinders it shows in send_from() again.
std::uint64_t Connection::try_send_from(int socket, int descriptor, std::uint64_t offset,
                                        std::uint64_t length) noexcept {
  if (length > kFileTurn || begin_ != end_) return 0;
  auto at = static_cast<off_t>(offset);
  const ssize_t sent = sendfile(socket, descriptor, &at, static_cast<std::size_t>(length));
  if (sent <= 0) return 0;
  transport_.note_sent(static_cast<std::uint64_t>(sent));
  return static_cast<std::uint64_t>(sent);
}

// Bytes of a file that were counted as written already.
Task<Result<void>> Connection::send_from(int socket, int descriptor, std::uint64_t offset,
                                         std::uint64_t length) {
  auto at = static_cast<off_t>(offset);
  while (length > 0) {
    // Unlike sendmsg() it raises SIGPIPE, which the program ignores.
    const ssize_t sent =
        sendfile(socket, descriptor, &at, static_cast<std::size_t>(std::min(length, kFileTurn)));
    if (sent == 0) co_return fail(ErrorKind::Gone, "the file became shorter while it was sent");
    if (sent > 0) {
      length -= static_cast<std::uint64_t>(sent);
      transport_.note_sent(static_cast<std::uint64_t>(sent));
      if (length == 0 && begin_ == end_) break;
      // A reader that is as fast as we are must not keep the loop from the others, nor one that has
      // asked for the next file already.
      co_await asio::post(transport_.executor(), asio::use_awaitable);
      if (cut_) co_return lost();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      auto writable = co_await wait_writable();
      if (!writable) co_return writable;
    } else if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) {
      // A file system without it.
      answer_left_ += length;
      auto written =
          co_await Exchange::write_file(descriptor, static_cast<std::uint64_t>(at), length);
      co_return written;
    } else if (errno == EIO) {
      co_return fail(ErrorKind::Internal, "the file cannot be read: input/output error");
    } else if (errno != EINTR) {
      co_return lost();
    }
  }
  co_return Result<void>();
}

Task<Result<void>> Connection::finish() {
  if (cut_ || broken_) co_return lost();
  if (answer_ != Answer::Streaming)
    co_return fail(ErrorKind::Invalid, "finish() needs a response that was started");
  if (framing_ == Framing::Length && answer_left_ > 0 && !discards_) {
    const std::uint64_t missing = answer_left_;
    abort();
    co_return fail(ErrorKind::Invalid,
                   fmt::format("the response is {} bytes shorter than announced", missing));
  }
  answer_ = Answer::Done;
  if (framing_ != Framing::Chunked || discards_) co_return Result<void>();
  Pieces pieces;
  pieces.add("0\r\n\r\n");
  co_return co_await flush(pieces);
}

// Ends when the kernel has taken every byte: this is what holds back a writer whose reader is slow.
Task<Result<void>> Connection::flush(Pieces pieces, Transport::Rest rest) {
  while (true) {
    const auto sent = transport_.send(pieces, rest);
    if (sent == Transport::Sent::All) co_return Result<void>();
    if (sent == Transport::Sent::Failed) co_return lost();
    auto writable = co_await wait_writable();
    if (!writable) co_return writable;
  }
}

Task<Result<void>> Connection::wait_writable() {
  write_watch_.begin(limits_.write_timeout);
  error_code error;
  co_await transport_.wait_writable(error);
  const bool late = write_watch_.end();
  // A wake-up that was meant for the reader is not ours.
  const bool woken = error == asio::error::operation_aborted && !late;
  if (cut_ || (error && !woken)) co_return lost();
  co_return Result<void>();
}

void Connection::sweep_writer(std::chrono::nanoseconds now) {
  const auto passed = write_watch_.look(now, limits_.write_timeout, group_.send_pace(),
                                        [this] { return transport_.delivered(); });
  if (!passed) return;
  group_.hit(*passed);
  transport_.cancel();
}

std::unexpected<Error> Connection::lost() noexcept {
  broken_ = true;
  keep_alive_ = false;
  return fail(ErrorKind::Gone, "the client left");
}

}  // namespace wws::http::h1
