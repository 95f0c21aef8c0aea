#include "http/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

namespace wws::http {
namespace {

namespace asio = boost::asio;

// Small pieces leave in one record: each costs its bytes, and its client a wake-up.
constexpr std::size_t kRecord = 16 * 1024;

// The beginning of the kernel's struct tcp_info (linux/tcp.h), which has grown since glibc copied
// it.
struct TcpInfo {
  tcp_info old;  // up to tcpi_total_retrans
  std::uint64_t pacing_rate, max_pacing_rate, bytes_acked;
};

asio::ip::address address_of(const sockaddr_in6& address) {
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
  const asio::ip::address_v6 v6(bytes);
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6);
  return v6;
}

// The first piece as it lies there, or as many as fit copied into `record`.
std::string_view gather(const Pieces& pieces, std::array<char, kRecord>& record) noexcept {
  const iovec& first = pieces.at[pieces.first];
  if (pieces.count - pieces.first == 1 || first.iov_len >= kRecord)
    return {static_cast<const char*>(first.iov_base), first.iov_len};
  std::size_t size = 0;
  for (std::size_t i = pieces.first; i < pieces.count && size < kRecord; ++i) {
    const std::size_t part = std::min(pieces.at[i].iov_len, kRecord - size);
    std::memcpy(record.data() + size, pieces.at[i].iov_base, part);
    size += part;
  }
  return {record.data(), size};
}

}  // namespace

void Pieces::add(std::string_view bytes) noexcept {
  if (bytes.empty()) return;
  at[count++] = {const_cast<char*>(bytes.data()), bytes.size()};  // sending only reads them
}

void Pieces::drop(std::size_t bytes) noexcept {
  while (first < count && bytes >= at[first].iov_len) bytes -= at[first++].iov_len;
  if (first == count) return;
  at[first].iov_base = static_cast<char*>(at[first].iov_base) + bytes;
  at[first].iov_len -= bytes;
}

Transport::Transport(Socket socket) : socket_(std::move(socket)) {
  // Fails on unix sockets, which have no need of it.
  const int yes = 1;
  setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  Code ignored;
  socket_.non_blocking(true, ignored);
}

std::string Transport::peer_address() const {
  Code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (error) return {};
  const sockaddr* raw = endpoint.data();
  if (raw->sa_family == AF_UNIX) return "unix";
  if (raw->sa_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, raw, sizeof address);
    return asio::ip::address_v4(ntohl(address.sin_addr.s_addr)).to_string();
  }
  sockaddr_in6 address{};
  std::memcpy(&address, raw, sizeof address);
  return address_of(address).to_string();
}

Task<void> Transport::start_tls(std::unique_ptr<tls::Session> session, Code& error) {
  tls_ = std::move(session);
  while (true) {
    const tls::Step step = tls_->handshake();
    if (step.outcome == tls::Outcome::Done) co_return;
    if (step.outcome == tls::Outcome::Closed || step.outcome == tls::Outcome::Failed) {
      error = asio::error::connection_reset;
      co_return;
    }
    const auto wait =
        step.outcome == tls::Outcome::WantsRead ? Socket::wait_read : Socket::wait_write;
    co_await socket_.async_wait(wait, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

// No coroutine of its own for plain bytes: it would cost each request an allocation.
Task<std::size_t> Transport::read_some(asio::mutable_buffer into, Code& error) {
  if (tls_) return read_tls(into, error);
  return read_wire(into, error);
}

Task<std::size_t> Transport::read_wire(asio::mutable_buffer into, Code& error) {
  sent_in_turn_ = 0;  // it completes through the loop
  return socket_.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
}

Task<std::size_t> Transport::read_exactly(asio::mutable_buffer into, Code& error) {
  return asio::async_read(socket_, asio::buffer(into),
                          asio::redirect_error(asio::use_awaitable, error));
}

Task<std::size_t> Transport::read_tls(asio::mutable_buffer into, Code& error) {
  error = {};
  if (read_in_turn_ >= kReadTurn) {
    read_in_turn_ = 0;
    co_await asio::post(executor(), asio::use_awaitable);
  }
  while (true) {
    const tls::Step step = tls_->read({static_cast<char*>(into.data()), into.size()});
    switch (step.outcome) {
      case tls::Outcome::Done: read_in_turn_ += step.bytes; co_return step.bytes;
      case tls::Outcome::Closed: error = asio::error::eof; co_return 0;
      case tls::Outcome::Failed: error = asio::error::connection_reset; co_return 0;
      case tls::Outcome::WantsRead:
      case tls::Outcome::WantsWrite: break;
    }
    const auto wait =
        step.outcome == tls::Outcome::WantsRead ? Socket::wait_read : Socket::wait_write;
    read_in_turn_ = 0;
    co_await socket_.async_wait(wait, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return 0;
  }
}

Transport::Sent Transport::send(Pieces& pieces, Rest rest) noexcept {
  if (tls_) return send_tls(pieces);
  const int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (rest == Rest::Follows ? MSG_MORE : 0);
  while (!pieces.empty()) {
    if (turn_is_over()) return Sent::Blocked;
    msghdr message{};
    message.msg_iov = pieces.at.data() + pieces.first;
    message.msg_iovlen = pieces.count - pieces.first;
    const ssize_t sent = sendmsg(socket_.native_handle(), &message, flags);
    if (sent >= 0) {
      pieces.drop(static_cast<std::size_t>(sent));
      note_turn(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return Sent::Blocked;
    else if (errno != EINTR)
      return Sent::Failed;
  }
  return Sent::All;
}

Transport::Sent Transport::send_tls(Pieces& pieces) noexcept {
  std::array<char, kRecord> record;
  while (!pieces.empty()) {
    if (turn_is_over()) return Sent::Blocked;
    const tls::Step step = tls_->write(gather(pieces, record));
    if (step.outcome == tls::Outcome::Done) {
      pieces.drop(step.bytes);
      note_turn(step.bytes);
    } else if (step.outcome == tls::Outcome::WantsWrite)
      return Sent::Blocked;
    else
      // It wants to read only in a renegotiation, and there is none.
      return Sent::Failed;
  }
  return Sent::All;
}

// A socket that could take more is writable at once, after the loop's others.
bool Transport::turn_is_over() noexcept {
  if (sent_in_turn_ < kSendTurn) return false;
  sent_in_turn_ = 0;
  return true;
}

void Transport::note_turn(std::size_t sent) noexcept {
  sent_ += sent;
  sent_in_turn_ += sent;
}

Task<void> Transport::wait_writable(Code& error) {
  sent_in_turn_ = 0;
  return socket_.async_wait(Socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
}

std::optional<int> Transport::file_descriptor() noexcept {
  if (tls_) return std::nullopt;
  return socket_.native_handle();
}

// tcpi_bytes_acked (tcp(7)): a client that reads slowly moves it long before the kernel has room
// for more. Kernels before 4.1 do not give so much.
std::uint64_t Transport::delivered() noexcept {
  TcpInfo info{};
  socklen_t size = sizeof info;
  const bool known = getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
  return known && size >= sizeof info ? info.bytes_acked : sent_;
}

bool Transport::has_unread() noexcept {
  int unread = 0;
  return ioctl(socket_.native_handle(), FIONREAD, &unread) == 0 && unread > 0;
}

bool Transport::client_left() noexcept {
  pollfd descriptor{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return poll(&descriptor, 1, 0) > 0;
}

void Transport::cancel() noexcept {
  Code ignored;
  socket_.cancel(ignored);
}

void Transport::finish_sending() noexcept {
  if (tls_) tls_->close();
  Code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Transport::close() noexcept {
  Code ignored;
  socket_.close(ignored);
}

void Transport::reset() noexcept {
  Code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

}  // namespace wws::http
