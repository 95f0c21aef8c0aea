// Connection: one client of the listener over HTTP/1.1, and the exchange it is in.
//
// Life: run() is spawned once and owns nothing but borrows; whoever spawns it keeps the connection
// until run() has ended. Requests are handled one after the other, so the connection itself is the
// Exchange of each. Belongs to the loop of its socket.
//
// Time: no timer of its own. A wait notes its deadline; the listener's sweep looks at it every so
// often and wakes the wait when it has passed. The sweep is also what notices a client that left
// while the handler waits, because only poll's POLLRDHUP sees that behind pipelined bytes.
#pragma once

#include <sys/uio.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "http/exchange.h"
#include "http/h1/parser.h"
#include "http/h1/serializer.h"
#include "http/listener.h"
#include "observe/log.h"

namespace wws::http::h1 {

// Nanoseconds of CLOCK_MONOTONIC_COARSE: a few milliseconds coarse, and nearly free.
[[nodiscard]] std::chrono::nanoseconds coarse_now() noexcept;

// One read of the socket, and all that a connection holds of bytes nobody asked for.
inline constexpr std::size_t kBufferSize = 16 * 1024;

// What the connections of one listener share.
struct ConnectionGroup {
  const ConnectionLimits limits;
  Handler& handler;
  observe::Log& log;
  DateText date;
};

class Connection final : public Exchange {
 public:
  Connection(boost::asio::ip::tcp::socket socket, ConnectionGroup& group);

  Task<void> run();

  // Wakes waits whose deadline has passed; tells the handler of a client that left. May end run().
  void sweep(std::chrono::nanoseconds now);
  // Closes now if no request is under way, else after its response.
  void stop() noexcept;
  // Closes now. The group is not touched any more. May end run().
  void cut() noexcept;

  [[nodiscard]] const RequestHead& request() const noexcept override { return parser_.head(); }
  [[nodiscard]] std::optional<std::string_view> buffered_body() const noexcept override;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override;
  void set_body_limit(std::uint64_t bytes) noexcept override { body_limit_ = bytes; }
  Task<Result<std::string>> read() override;
  Task<Result<void>> respond(ResponseHead head, std::string body) override;
  Task<Result<void>> start(ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> write_file(int descriptor, std::uint64_t offset,
                                std::uint64_t length) override;
  Task<Result<void>> finish() override;
  void abort() noexcept override;
  [[nodiscard]] bool started() const noexcept override { return answer_ != Answer::None; }
  [[nodiscard]] int status() const noexcept override { return status_; }
  void on_gone(std::function<void()> callback) override { gone_ = std::move(callback); }

 private:
  using Duration = std::chrono::nanoseconds;
  enum class Answer : std::uint8_t { None, Streaming, Done, Aborted };
  enum class Wait : std::uint8_t { Ready, Closed, TimedOut };

  // A moment by which one direction of the socket must have moved; zero is none.
  struct Deadline {
    Duration at{0};
    bool passed = false;
  };
  // Up to three buffers that leave in one call.
  struct Pieces {
    std::array<iovec, 3> at{};
    std::size_t first = 0;
    std::size_t count = 0;
    void add(std::string_view bytes) noexcept;
    void drop(std::size_t bytes) noexcept;
    [[nodiscard]] bool empty() const noexcept { return first == count; }
  };
  enum class Sent : std::uint8_t { All, Blocked, Failed };

  // Requests (connection.cc).
  void begin_request();
  ParserEvent parse(std::string& body);
  void arm_for_head() noexcept;
  Task<std::optional<Refusal>> prepare_body();
  Task<void> answer_for_handler();
  Task<void> refuse(Refusal refusal);
  Task<void> close();
  Task<void> linger();
  [[nodiscard]] bool must_linger();
  void reset() noexcept;
  void arm(Deadline& deadline, std::chrono::milliseconds after) noexcept;
  [[nodiscard]] bool client_left() noexcept;

  // Request body (connection_body.cc).
  Task<Wait> receive();
  Task<Result<void>> send_continue();
  Task<Result<std::string>> read_more();
  [[nodiscard]] bool over_limit(std::uint64_t bytes) const noexcept;
  [[nodiscard]] std::unexpected<Error> body_failed(int status) noexcept;

  // Response (connection_response.cc).
  [[nodiscard]] Result<void> begin_answer(const ResponseHead& head,
                                          std::optional<std::uint64_t> length);
  [[nodiscard]] Sent try_send(Pieces& pieces) noexcept;
  Task<Result<void>> flush(Pieces pieces);
  [[nodiscard]] Result<void> count_answer(std::uint64_t bytes);
  Task<Result<void>> wait_writable();
  [[nodiscard]] std::unexpected<Error> lost() noexcept;

  boost::asio::ip::tcp::socket socket_;
  ConnectionGroup& group_;
  const ConnectionLimits limits_;
  RequestParser parser_;

  std::unique_ptr<char[]> buffer_;  // bytes read and not parsed: [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;   // a head and a small body, assembled
  std::string body_;  // what of the request body has arrived before it was asked for
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_received_ = 0;
  std::uint64_t answer_left_ = 0;  // of an announced length
  std::function<void()> gone_;
  bool told_gone_ = false;  // the handler knows that the client left
  Deadline read_deadline_;
  Deadline write_deadline_;

  Answer answer_ = Answer::None;
  Framing framing_ = Framing::NoBody;
  int status_ = 0;
  int body_failure_ = 0;  // the status that fits what went wrong with the request body
  bool body_given_ = false;
  bool body_complete_ = false;
  bool continue_due_ = false;
  bool keep_alive_ = false;
  bool discards_ = false;    // HEAD: the body is counted and dropped
  bool idle_ = false;        // nothing of the next request has arrived
  bool head_begun_ = false;  // the time for the head is running
  bool stopping_ = false;
  bool broken_ = false;  // the response could not be delivered whole
  bool cut_ = false;
};

}  // namespace wws::http::h1
