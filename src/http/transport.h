// Transport: the bytes of one accepted connection, over TCP or a unix socket, with TLS between or
// not.
//
// The one owner of the socket. Without TLS bytes go straight to the kernel, files by sendfile();
// with it they pass through tls::Session, and files through memory. The protocols above see no
// difference but in is_secure() and file_descriptor().
//
// However fast the client is, the loop's others get their turn: after kReadTurn or kSendTurn bytes
// without a wait there is one.
//
// Belongs to one loop. At most one coroutine reads and one writes. cancel() wakes both, close()
// too.
#pragma once

#include <sys/uio.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/tls/session.h"
#include "io/task.h"

namespace wws::http {

// Up to three buffers that leave in one call.
struct Pieces {
  std::array<iovec, 3> at{};
  std::size_t first = 0;
  std::size_t count = 0;

  void add(std::string_view bytes) noexcept;
  void drop(std::size_t bytes) noexcept;
  [[nodiscard]] bool empty() const noexcept { return first == count; }
};

class Transport final {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using Code = boost::system::error_code;
  using Executor = boost::asio::any_io_executor;
  enum class Sent : std::uint8_t { All, Blocked, Failed };
  // Whether more is sent at once, so that the kernel need not begin a packet for these bytes alone.
  enum class Rest : std::uint8_t { None, Follows };

  static constexpr std::size_t kReadTurn = 64 * 1024;
  static constexpr std::size_t kSendTurn = 1u << 20;

  explicit Transport(Socket socket);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport() = default;

  [[nodiscard]] Executor executor() { return socket_.get_executor(); }
  // The peer's numeric address, "unix" for a unix socket, "" when it has left already.
  [[nodiscard]] std::string peer_address() const;

  // From here on all bytes are TLS's. The handshake ends with `error` set (eof, operation_aborted
  // after cancel(), anything else with tls()->failure()) or with a session that is ready.
  Task<void> start_tls(std::unique_ptr<tls::Session> session, Code& error);
  [[nodiscard]] bool is_secure() const noexcept { return tls_ != nullptr; }
  [[nodiscard]] const tls::Session* tls() const noexcept { return tls_.get(); }

  // Some bytes. Errors: eof, operation_aborted after cancel() or close(), and those of sockets.
  Task<std::size_t> read_some(boost::asio::mutable_buffer into, Code& error);
  // Exactly these many, before there is TLS; fewer only with an error.
  Task<std::size_t> read_exactly(boost::asio::mutable_buffer into, Code& error);
  // Whatever the client still sends, as it comes over the wire: to let it see the end.
  Task<std::size_t> read_wire(boost::asio::mutable_buffer into, Code& error);
  // What the kernel takes now, in one turn. Pieces that were Blocked must be sent again, with the
  // same content.
  [[nodiscard]] Sent send(Pieces& pieces, Rest rest = Rest::None) noexcept;
  // Until send() may take more.
  Task<void> wait_writable(Code& error);
  // Of the socket, where files may go by sendfile().
  [[nodiscard]] std::optional<int> file_descriptor() noexcept;

  // How many bytes of what was sent have arrived at the client's machine, as far as can be told:
  // over a unix socket what the kernel took. Only grows; to be compared with an earlier one.
  [[nodiscard]] std::uint64_t delivered() noexcept;
  // Bytes that went to the socket beside send(), by sendfile().
  void note_sent(std::uint64_t bytes) noexcept { sent_ += bytes; }

  // Whether the kernel holds bytes that were not read.
  [[nodiscard]] bool has_unread() noexcept;
  // Whether the client has closed its side or is gone, behind whatever it sent before.
  [[nodiscard]] bool client_left() noexcept;
  void cancel() noexcept;
  // The orderly end of what we send.
  void finish_sending() noexcept;
  void close() noexcept;
  // Closes so that the client cannot take what it has for the whole.
  void reset() noexcept;

 private:
  Task<std::size_t> read_tls(boost::asio::mutable_buffer into, Code& error);
  [[nodiscard]] Sent send_tls(Pieces& pieces) noexcept;
  [[nodiscard]] bool turn_is_over() noexcept;
  void note_turn(std::size_t sent) noexcept;

  // `tls_` ends before the socket that it reads.
  Socket socket_;
  std::unique_ptr<tls::Session> tls_;
  std::uint64_t sent_ = 0;
  // Since the last wait.
  std::size_t read_in_turn_ = 0, sent_in_turn_ = 0;
};

}  // namespace wws::http
