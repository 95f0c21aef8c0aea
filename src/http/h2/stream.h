// Stream: one request of an HTTP/2 connection and its response.
//
// Life: made when its header fields begin; waits at the connection until there is something to
// handle; then owned by the coroutine that runs serve(), while the handler runs; then the
// connection's again until nghttp2 has closed the stream. It may outlive its connection where the
// loop ends with a handler unfinished, so it looks whether that is still there. Belongs to one
// loop.
//
// Bodies: what the client sends is held until the handler reads it, and only then the window is
// given back; the windows bound it. What the handler writes is copied up to kWriteBuffer; past that
// write() and respond_with() borrow it and wait until the client has taken it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/deadline.h"
#include "http/exchange.h"
#include "http/h2/request_fields.h"
#include "http/occupancy.h"
#include "http/pace.h"
#include "io/notifier.h"

namespace wws::http::h2 {

class Connection;

inline constexpr std::size_t kWriteBuffer = 16 * 1024;
// A body announced to be at most this long is there before the handler runs.
inline constexpr std::uint64_t kSmallBody = 64 * 1024;

class Stream final : public Exchange {
 public:
  Stream(Connection& connection, std::int32_t id);
  ~Stream() override;

  // The handler's call, and what the client is told where that does not answer.
  static Task<void> serve(std::unique_ptr<Stream> stream);

  // What the connection reports, none of which calls the handler.
  void add_field(std::string_view name, std::string_view value) { fields_.add(name, value); }
  [[nodiscard]] bool fields_are_far_too_large() const noexcept { return fields_.far_too_large(); }
  [[nodiscard]] bool has_head() const noexcept { return has_head_; }
  void head_ended();
  void body_arrived(std::string_view bytes);
  void body_ended();
  // The last frame of the response has left.
  void answer_left();
  void closed();

  // Whether there is something to handle: the head, and the body if it is small.
  [[nodiscard]] bool is_ready() const noexcept;
  void do_not_wait() noexcept {
    wait_for_body_ = false;
    read_deadline_ = {};
  }
  [[nodiscard]] std::int32_t id() const noexcept { return id_; }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }
  [[nodiscard]] bool is_handled() const noexcept { return handler_done_; }
  // Whether somebody waits for more of the request's body.
  [[nodiscard]] bool awaits_body() const noexcept {
    return reading_ || (wait_for_body_ && !complete_ && has_head_);
  }
  // The client is too slow with it.
  void give_up_body();
  // Whether something of the response waits for the client.
  [[nodiscard]] bool has_outgoing() const noexcept {
    return out_at_ < out_.size() || !pending_.empty();
  }

  struct Outgoing {
    std::size_t bytes;
    bool end;
  };
  // The next bytes of the response's body; none and no end: not yet.
  [[nodiscard]] Outgoing take(char* into, std::size_t most);

  void sweep(std::chrono::nanoseconds now);
  // Calls the handler's callback, if the client is gone before the response is complete.
  void tell_gone();

  [[nodiscard]] const RequestHead& request() const noexcept override { return head_; }
  [[nodiscard]] std::optional<std::string_view> buffered_body() const noexcept override;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override;
  void set_body_limit(std::uint64_t bytes) noexcept override { body_limit_ = bytes; }
  Task<Result<std::string>> read() override;
  Task<Result<void>> respond(ResponseHead head, std::string body) override;
  Task<Result<void>> respond_with(ResponseHead head, std::string_view body) override;
  Task<Result<void>> start(ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> finish() override;
  void abort() noexcept override;
  [[nodiscard]] bool started() const noexcept override { return answer_ != Answer::None; }
  [[nodiscard]] int status() const noexcept override { return status_; }
  void on_gone(std::function<void()> callback) override;

 private:
  enum class Answer : std::uint8_t { None, Streaming, Done, Aborted };
  // Whether the frame of the header fields ends the stream.
  enum class Body : std::uint8_t { None, Follows };

  Task<void> run();
  Task<void> call_handler();
  Task<void> answer_for_handler();
  Task<void> refuse(Refusal refusal);
  [[nodiscard]] bool is_lost() const noexcept { return closed_ && !answer_sent_; }
  [[nodiscard]] bool over_limit(std::uint64_t bytes) const noexcept;
  [[nodiscard]] std::unexpected<Error> body_failed(int status);
  [[nodiscard]] std::unexpected<Error> lost() noexcept;
  [[nodiscard]] Result<void> begin_answer(const ResponseHead& head,
                                          std::optional<std::uint64_t> length, Body body);
  [[nodiscard]] Result<void> count_answer(std::uint64_t bytes);
  // The head of a whole answer; whether its body follows.
  [[nodiscard]] Result<Body> begin_whole(const ResponseHead& head, std::size_t bytes);
  Task<Result<void>> wait_taken();
  void sweep_writer(std::chrono::nanoseconds now);
  void stop_upload();
  void give_window_back();
  void resume();

  Connection& connection_;
  std::weak_ptr<const void> life_;  // of the connection
  const std::int32_t id_;
  RequestFields fields_;
  RequestHead head_;
  std::optional<Refusal> refusal_;
  std::optional<std::uint64_t> length_;

  std::string body_;             // arrived and not read
  std::size_t window_owed_ = 0;  // bytes that arrived and whose window is not given back
  std::uint64_t body_limit_ = 0;
  std::uint64_t body_received_ = 0;  // what the handler has read
  io::Notifier readable_;
  Deadline read_deadline_;

  std::string out_;  // written, [out_at_, size) not taken
  std::size_t out_at_ = 0;
  std::string_view pending_;  // borrowed of who waits in write() or respond_with()
  std::uint64_t answer_left_ = 0;
  bool has_length_ = false;  // answer_left_ counts
  io::Notifier taken_;       // all was taken, or the stream ended
  Deadline write_deadline_;
  Pace send_pace_;
  std::uint64_t taken_bytes_ = 0;
  Occupancy::Place place_;  // of the client behind a trusted proxy
  std::function<void()> gone_;

  Answer answer_ = Answer::None;
  int status_ = 0;
  int body_failure_ = 0;
  bool has_head_ = false;
  bool complete_ = false;       // the whole request has arrived
  bool body_given_ = false;     // read() has given the first bytes
  bool body_split_ = false;     // and more came after
  bool wait_for_body_ = false;  // it is small
  bool continue_due_ = false;
  bool discards_ = false;  // HEAD: the body is counted and dropped
  bool deferred_ = false;  // nghttp2 waits until there is more to send
  bool ended_ = false;     // nothing is written after what there is
  bool answer_sent_ = false;
  bool closed_ = false;        // nghttp2 has closed the stream
  bool reading_ = false;       // somebody waits in read()
  bool handler_done_ = false;  // nobody reads the rest of the request
};

}  // namespace wws::http::h2
