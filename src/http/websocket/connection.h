// Connection: a WebSocket with a client, on top of an exchange (RFC 6455).
//
// Life: made while the request is at hand, and may be sent to at once; open() answers with 101, and
// the exchange is the connection's until join() has ended, which whoever opened it must await.
// receive() is called in turn by one coroutine until it gives nothing: then the socket is over, and
// ending() says how. It is what answers pings and the closing handshake, so a socket that is not
// read stands still.
//
// Backpressure: receive() reads nothing from the client while much waits to be sent to it. Who
// sends without being asked looks at queued_bytes(), or goes over `max_queued_bytes`, which cuts
// the socket.
//
// Belongs to one loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/websocket/handshake.h"
#include "http/websocket/message_reader.h"
#include "io/notifier.h"
#include "io/task_group.h"

namespace wws::http::websocket {

// 0 switches one off.
struct Limits {
  std::uint64_t max_message_bytes = 1u << 20;  // of the client, decompressed
  std::uint64_t max_queued_bytes = 1u << 20;   // that wait for the client
  // Without a byte of the client the socket is lost; half-way there it is asked with a ping.
  std::chrono::milliseconds idle_timeout{60'000};
  // The client's answer to a close frame, and what is sent before it.
  std::chrono::milliseconds close_timeout{5'000};
};

enum class Kind : std::uint8_t { Text, Binary };

struct Message {
  Kind kind = Kind::Text;
  std::string bytes;
};

// How a socket ended.
struct Ending {
  // What hit a bound, for who counts.
  enum class Bound : std::uint8_t { None, Message, Queue, Idle };

  std::uint16_t code = kAbnormal;  // of the client's close frame
  std::string reason;
  bool clean = false;   // both close frames were exchanged
  std::string failure;  // why we failed it; empty: we did not
  Bound bound = Bound::None;
};

class Connection final {
 public:
  // `exchange` is borrowed.
  Connection(Exchange& exchange, boost::asio::any_io_executor loop, const Limits& limits);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  // Answers the request. Errors: Invalid, Gone; nothing was opened then.
  Task<Result<void>> open(ResponseHead head, Handshake handshake);

  Task<std::optional<Message>> receive();
  [[nodiscard]] const Ending& ending() const noexcept { return ending_; }

  // False when it is closed, or cut for that.
  bool send(Kind kind, std::string bytes);
  // Sends a close frame behind what was sent before; the first one counts. `code` is one that
  // may be sent or kNoStatus, the reason at most kMostReasonBytes of UTF-8.
  void close(std::uint16_t code, std::string_view reason);
  [[nodiscard]] std::uint64_t queued_bytes() const noexcept { return queued_bytes_; }

  // After receive() has given nothing.
  Task<void> join();

 private:
  struct Outgoing {
    Opcode opcode;
    std::string bytes;
  };
  using Time = std::chrono::steady_clock::time_point;

  Task<std::optional<Message>> next_message();
  Task<bool> read_more();
  Task<void> end_clean();
  Task<void> end_failed(std::uint16_t code, std::string_view why);
  Task<void> flush_and_finish();
  void lose(std::string_view why, Ending::Bound bound = Ending::Bound::None) noexcept;
  void queue(Opcode opcode, std::string bytes);

  Task<void> write_queue();
  Task<Result<void>> encode(Outgoing message, std::string& out);
  Task<void> keep_time();
  [[nodiscard]] Time next_look() const noexcept;
  void look(Time now);

  Exchange& exchange_;
  boost::asio::any_io_executor loop_;
  const Limits limits_;
  io::TaskGroup tasks_;
  std::optional<MessageReader> reader_;
  std::optional<Deflater> deflater_;

  std::string in_;  // read and not parsed: [in_at_, size)
  std::size_t in_at_ = 0;
  std::deque<Outgoing> out_;
  std::uint64_t queued_bytes_ = 0;  // of out_ and of what is being written
  io::Notifier out_ready_;
  io::Notifier out_taken_;
  io::Notifier attention_;  // the times that are kept have changed

  Ending ending_;
  Time last_byte_{};
  Time closed_at_{};
  std::optional<Time> pinged_at_;  // and nothing came since
  bool reading_ = false;
  bool closing_ = false;  // our close frame is on its way
  bool lost_ = false;     // the transport is of no use any more
  bool over_ = false;
};

}  // namespace wws::http::websocket
