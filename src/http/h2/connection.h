// Connection: one HTTP/2 client of the listener (RFC 9113); each of its streams is an Exchange.
//
// nghttp2 keeps the state of the protocol, this feeds it and sends what it makes. It is told of
// bytes only between calls, and no handler runs inside of its callbacks: what they find is noted
// and dealt with after. Life and threads as Served has them: run() ends when every stream has.
//
// Hostile clients: the number of streams at once, header bytes, unread body bytes (by the windows)
// and unsent answers are bounded; resets (the client's, and those that it makes us send), pings,
// settings and empty frames by FloodGuards, and far above them what costs next to nothing, past
// which the connection ends with ENHANCE_YOUR_CALM.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/connection_group.h"
#include "http/deadline.h"
#include "http/h2/flood_guard.h"
#include "http/h2/stream.h"
#include "http/served.h"
#include "http/transport.h"
#include "http/write_watch.h"
#include "io/notifier.h"

struct nghttp2_session;

namespace wws::http::h2 {

class Connection final : public Served {
 public:
  // `received`: what was read of the connection already.
  Connection(Transport& transport, Peer peer, ConnectionGroup& group, std::string received);
  ~Connection() override;

  Task<Ended> run() override;
  void sweep(std::chrono::nanoseconds now) override;
  void stop(std::chrono::milliseconds patience) noexcept override;
  void cut() noexcept override;

  // For its streams.
  [[nodiscard]] ConnectionGroup& group() noexcept { return group_; }
  [[nodiscard]] const ConnectionLimits& limits() const noexcept { return group_.options.limits; }
  [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
  [[nodiscard]] boost::asio::any_io_executor executor() { return transport_.executor(); }
  [[nodiscard]] std::weak_ptr<const void> life() const noexcept { return life_; }
  // Begins a response; its body comes from Stream::take(), if one follows.
  [[nodiscard]] bool submit(Stream& stream, const ResponseHead& head,
                            std::optional<std::uint64_t> length, bool body_follows);
  void submit_continue(std::int32_t id);
  // There is more to send; of the stream `id` nghttp2 must be told, if it waits.
  void resume(std::int32_t id, bool waits);
  void reset(std::int32_t id, std::uint32_t code);
  // The client may send so much more: on the stream, if that is still open, and on the connection.
  void give_window_back(std::int32_t id, std::size_t bytes);
  // Takes a stream back whose handler has returned.
  void rest(std::unique_ptr<Stream> stream);
  void stream_ended(Stream& stream) noexcept;
  // Of a stream's body: for the paces.
  void body_received(std::size_t bytes) noexcept { received_bytes_ += bytes; }
  void body_taken(std::size_t bytes) noexcept { taken_bytes_ += bytes; }
  // The socket takes nothing, which is the connection's to deal with.
  [[nodiscard]] bool is_blocked() const noexcept { return blocked_; }
  // Soon, to those streams whose clients are gone.
  void tell_gone_later();
  // Whether the client has given the stream no room for more.
  [[nodiscard]] bool has_no_window(std::int32_t id) const noexcept;

 private:
  friend struct Callbacks;

  [[nodiscard]] bool begin();
  void feed(std::string_view bytes);
  // What the callbacks have noted: streams that can be handled, clients that are gone.
  void settle();
  void flush();
  void flush_later();
  void fill();
  Task<void> wait_and_flush();
  void end_if_done();
  void terminate(std::uint32_t code);
  void charge(FloodGuard& guard);
  void charge_cheap();
  // A frame of a body has left: the client may send window updates for it.
  void earn(std::size_t bytes) noexcept;
  [[nodiscard]] bool begin_stream(std::int32_t id);
  void dispatch(std::int32_t id);
  // The client is told that no more streams are wanted, and when it knows, that none is taken.
  void announce_end();
  void go_away();
  void sweep_writer(std::chrono::nanoseconds now);
  void sweep_bodies(std::chrono::nanoseconds now);
  void hurry();
  void lose_streams();
  Task<void> linger();

  Transport& transport_;
  const Peer peer_;
  ConnectionGroup& group_;
  std::string received_;
  const std::shared_ptr<const void> life_;
  struct Free {
    void operator()(nghttp2_session* session) const noexcept;
  };
  std::unique_ptr<nghttp2_session, Free> session_;
  std::unique_ptr<char[]> buffer_;

  std::unordered_map<std::int32_t, std::unique_ptr<Stream>>
      resting_;                      // not handled yet, or not any more
  std::vector<Stream*> streams_;     // that are handled, owned by their coroutines
  std::vector<std::int32_t> notes_;  // streams that rest and may be ready, or are closed
  bool tell_gone_ = false;           // some stream's client is gone
  std::size_t unread_ = 0;           // bytes of bodies that are held

  std::string out_;  // frames, [out_at_, size) not sent
  std::size_t out_at_ = 0;
  bool blocked_ = false;  // wait_and_flush() runs
  bool flush_due_ = false;
  WriteWatch write_watch_;  // of the socket
  Pace receive_pace_;       // of all bodies that are awaited
  Pace window_pace_;        // of all bodies, while the connection's window is closed
  std::uint64_t received_bytes_ = 0;
  std::uint64_t taken_bytes_ = 0;
  std::uint64_t requests_ = 0;

  Deadline idle_deadline_;  // no stream is open; at the end, the time to read on
  Deadline head_deadline_;  // header fields have begun
  FloodGuard resets_;
  FloodGuard frames_;
  FloodGuard cheap_;                  // frames that need neither work nor an answer
  std::uint64_t earned_ = 0;          // of those, borne besides
  std::uint64_t charged_resets_ = 0;  // that we have not sent yet
  io::Notifier ended_;                // a stream or the writer
  Deadline notice_deadline_;          // until the client must know that the connection ends
  bool leaving_ = false;              // it has been told
  bool stopping_ = false;             // no more streams are taken
  bool failed_ = false;               // the client broke a rule: it may still be sending
  bool closing_ = false;              // nothing more is read
  bool cut_ = false;
};

}  // namespace wws::http::h2
