// H2Session: one HTTP/2 connection to an upstream (RFC 9113), whose streams are the requests of
// many.
//
// nghttp2 keeps the state of the protocol; this feeds it and sends what it makes. Its callbacks
// note what they find, queue frames and wake who waits; what ends the session comes after
// (settle()).
//
// Life: owned by the two coroutines that start() spawns, one that reads and one that writes, and by
// its streams. They end with the connection: when it was idle for ClientLimits::max_idle_time, when
// it is retired or the upstream sends GOAWAY and the last stream has ended, or when it is lost.
// Where the loop ends before, they end with it. Belongs to one loop.
//
// Hostile upstreams: heads are bounded by max_head_bytes, unread bodies by the streams' windows,
// which are given back as they are read; the connection's window is given back at once, so that a
// guest that does not read holds up nobody else. Answers that wait to be sent are bounded by
// nghttp2, frames that bring nothing by a FloodGuard, past which the connection ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "http/client/client.h"
#include "http/client/connection.h"
#include "http/client/h2_stream.h"
#include "http/h2/flood_guard.h"
#include "io/notifier.h"
#include "io/task.h"

struct nghttp2_session;

namespace wws::http {

class H2Session final : public std::enable_shared_from_this<H2Session> {
 public:
  // On a connection whose handshake has settled on HTTP/2. Error: Internal without memory.
  [[nodiscard]] static Result<std::shared_ptr<H2Session>> start(
      boost::asio::any_io_executor executor, std::shared_ptr<Connection> connection,
      const ClientLimits& limits);
  ~H2Session();
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;

  // Whether another request may go this way now.
  [[nodiscard]] bool has_room() const noexcept;
  // Nothing is under way and something has come that was not read yet, its end perhaps, so that a
  // request may be lost here.
  [[nodiscard]] bool is_unsettled() const noexcept {
    return was_used_ && streams_.empty() && connection_->has_unread();
  }
  [[nodiscard]] bool is_over() const noexcept { return over_; }
  // The numeric address of the upstream.
  [[nodiscard]] const std::string& address() const noexcept { return connection_->address(); }
  // Sends the head of a request; past the upstream's bound of streams nghttp2 sends it when there
  // is room. Error: Gone when the session takes no more.
  [[nodiscard]] Result<std::shared_ptr<H2Stream>> open(const ClientRequest& request);
  // Takes no more requests, and ends when the last stream has.
  void retire() noexcept;

  // ---- For its streams ----
  [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
  // There is more of the request's body.
  void resume(std::int32_t id) noexcept;
  void give_window_back(std::int32_t id, std::size_t bytes) noexcept;
  // Nobody wants the stream any more.
  void drop(std::int32_t id) noexcept;

 private:
  friend struct H2Callbacks;
  H2Session(boost::asio::any_io_executor executor, std::shared_ptr<Connection> connection,
            const ClientLimits& limits);

  static Task<void> read_all(std::shared_ptr<H2Session> self);
  static Task<void> write_all(std::shared_ptr<H2Session> self);
  [[nodiscard]] bool begin();
  [[nodiscard]] Result<void> feed(ByteView bytes);
  void fill();
  void settle() noexcept;
  [[nodiscard]] bool has_work() const noexcept;
  [[nodiscard]] bool has_said_all() const noexcept;
  [[nodiscard]] TimePoint idle_end() const noexcept;
  void end(Error why);
  [[nodiscard]] Error reason_of_end() const;

  // For the callbacks.
  [[nodiscard]] H2Stream* find(std::int32_t id) const noexcept;
  void fail_stream(std::int32_t id, H2Stream& stream, Error error);
  void stream_closed(std::int32_t id, std::uint32_t code);
  void upstream_leaves(std::int32_t last_stream, std::uint32_t code);
  void charge() noexcept;
  void break_off(std::uint32_t code) noexcept;
  void stream_gone() noexcept;

  boost::asio::any_io_executor executor_;
  std::shared_ptr<Connection> connection_;
  const ClientLimits limits_;
  struct Free {
    void operator()(nghttp2_session* session) const noexcept;
  };
  std::unique_ptr<nghttp2_session, Free> session_;
  std::unordered_map<std::int32_t, H2Stream*> streams_;  // open, and wanted
  std::string out_;                                      // frames that are being sent
  io::Notifier work_;                                    // for the writer
  TimePoint idle_since_;
  std::uint64_t received_ = 0;
  h2::FloodGuard drops_;
  h2::FloodGuard idle_frames_;
  std::optional<std::uint32_t> broken_rule_;     // the code that we have ended the connection with
  std::optional<std::uint32_t> upstreams_code_;  // of its GOAWAY
  bool lost_stream_ = false;                     // for settle()
  bool was_used_ = false;
  bool retired_ = false;
  bool has_writer_ = true;
  bool over_ = false;
};

}  // namespace wws::http
