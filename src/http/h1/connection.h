// Connection: one client of the listener over HTTP/1.1, and the exchange it is in.
//
// Life: run() is spawned once and owns nothing but borrows; whoever spawns it keeps the connection
// until run() has ended. Requests are handled one after the other, so the connection itself is the
// Exchange of each. Belongs to the loop of its transport.
//
// Time: no timer of its own (http/deadline.h). The sweep is also what notices a client that left
// while the handler waits, because only poll's POLLRDHUP sees that behind pipelined bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/connection_group.h"
#include "http/deadline.h"
#include "http/exchange.h"
#include "http/h1/parser.h"
#include "http/h1/serializer.h"
#include "http/served.h"
#include "http/transport.h"
#include "http/write_watch.h"

namespace wws::http::h1 {

// One read of the socket, and all that a connection holds of bytes nobody asked for.
inline constexpr std::size_t kBufferSize = 16 * 1024;

class Connection final : public Exchange, public Served {
 public:
  Connection(Transport& transport, Peer peer, ConnectionGroup& group);

  Task<Ended> run() override;
  void sweep(std::chrono::nanoseconds now) override;
  void stop(std::chrono::milliseconds patience) noexcept override;
  void cut() noexcept override;
  [[nodiscard]] std::string take_received() override;

  [[nodiscard]] const RequestHead& request() const noexcept override { return parser_.head(); }
  [[nodiscard]] std::optional<std::string_view> buffered_body() const noexcept override;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override;
  void set_body_limit(std::uint64_t bytes) noexcept override { body_limit_ = bytes; }
  Task<Result<std::string>> read() override;
  Task<Result<void>> respond(ResponseHead head, std::string body) override;
  Task<Result<void>> respond_with(ResponseHead head, std::string_view body) override;
  Task<Result<void>> respond_with_file(ResponseHead head, int descriptor, std::uint64_t offset,
                                       std::uint64_t length) override;
  Task<Result<void>> start(ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> write_file(int descriptor, std::uint64_t offset,
                                std::uint64_t length) override;
  Task<Result<void>> finish() override;
  Task<Result<void>> upgrade(ResponseHead head) override;
  void abort() noexcept override;
  [[nodiscard]] bool started() const noexcept override { return answer_ != Answer::None; }
  [[nodiscard]] int status() const noexcept override { return status_; }
  void on_gone(std::function<void()> callback) override { gone_ = std::move(callback); }

 private:
  enum class Answer : std::uint8_t { None, Streaming, Done, Aborted };
  enum class Wait : std::uint8_t { Ready, Closed, TimedOut };

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
  [[nodiscard]] bool may_be_preface() const noexcept;
  Task<bool> is_preface();
  void identify_peer() noexcept;

  // Request body (connection_body.cc).
  Task<Wait> receive();
  void sweep_reader(std::chrono::nanoseconds now);
  Task<Result<void>> send_continue();
  Task<Result<std::string>> read_more();
  Task<Result<std::string>> read_upgraded();
  [[nodiscard]] bool over_limit(std::uint64_t bytes) const noexcept;
  [[nodiscard]] std::unexpected<Error> body_failed(int status) noexcept;

  // Response (connection_response.cc).
  [[nodiscard]] Result<void> begin_answer(const ResponseHead& head,
                                          std::optional<std::uint64_t> length);
  [[nodiscard]] Result<Pieces> assemble(const ResponseHead& head, std::string_view body);
  Task<Result<void>> flush(Pieces pieces, Transport::Rest rest = Transport::Rest::None);
  [[nodiscard]] std::uint64_t try_send_from(int socket, int descriptor, std::uint64_t offset,
                                            std::uint64_t length) noexcept;
  Task<Result<void>> send_from(int socket, int descriptor, std::uint64_t offset,
                               std::uint64_t length);
  void sweep_writer(std::chrono::nanoseconds now);
  [[nodiscard]] Result<void> count_answer(std::uint64_t bytes);
  Task<Result<void>> wait_writable();
  [[nodiscard]] std::unexpected<Error> lost() noexcept;

  Transport& transport_;
  const Peer peer_;
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
  WriteWatch write_watch_;
  Pace receive_pace_;
  std::uint64_t body_bytes_ = 0;  // of all requests' bodies, as they came
  Occupancy::Place place_;        // of the client behind a trusted proxy
  std::uint64_t requests_ = 0;
  std::chrono::milliseconds patience_{0};  // when stopping

  Answer answer_ = Answer::None;
  Framing framing_ = Framing::NoBody;
  int status_ = 0;
  int body_failure_ = 0;  // the status that fits what went wrong with the request body
  bool body_given_ = false;
  bool body_complete_ = false;
  bool continue_due_ = false;
  bool keep_alive_ = false;
  bool discards_ = false;    // HEAD: the body is counted and dropped
  bool fresh_ = true;        // not a byte has come yet
  bool idle_ = false;        // nothing of the next request has arrived
  bool head_begun_ = false;  // the time for the head is running
  bool stopping_ = false;
  bool upgraded_ = false;  // another protocol is spoken
  bool broken_ = false;    // the response could not be delivered whole
  bool cut_ = false;
};

}  // namespace wws::http::h1
