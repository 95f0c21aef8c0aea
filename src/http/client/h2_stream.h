// H2Stream: one request of an H2Session and its response.
//
// Life: made by H2Session::open(), held by who wants the response and by who sends a streamed body;
// it keeps its session. abandon() before the end resets the stream (CANCEL) and leaves the
// connection to the others. Belongs to one loop; at a time one coroutine waits for the response and
// one for room for the body.
//
// Bodies: what the upstream sends is held until read() takes it, and only then the stream's window
// is given back, which so bounds it. Of the request's body no more is wanted than the upstream's
// windows have room for. The two go on beside each other; the end of the response is the end of
// both.
//
// Errors: TimedOut, Exhausted (the head is too large), Internal (the response is malformed), Gone
// otherwise (reset, cut, cancelled).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/client/h2_response_fields.h"
#include "http/client/waits.h"
#include "http/exchange.h"
#include "io/notifier.h"

namespace wws::http {

class H2Session;

class H2Stream final {
 public:
  // `seen`: how many bytes the session had received when the request was made.
  H2Stream(std::shared_ptr<H2Session> session, std::int32_t id, std::uint64_t seen,
           std::uint32_t max_head_bytes);
  ~H2Stream();
  H2Stream(const H2Stream&) = delete;
  H2Stream& operator=(const H2Stream&) = delete;

  [[nodiscard]] const boost::asio::any_io_executor& executor() const noexcept;
  // Nobody wants it any more.
  void abandon() noexcept;

  // ---- The request's body, of a stream that was opened with one ----
  enum class End : bool { No, Yes };
  // Waits until the upstream has room for more. False when it wants no more: the response is whole,
  // or has failed, which head() tells.
  Task<bool> wants_body();
  // The next bytes, where wants_body() has said so.
  void give(std::string bytes, End end);
  // All of ClientRequest::body.
  void give_all(std::shared_ptr<const ClientRequest> request);
  // The source has failed, and so has the request.
  void give_up(Error error);

  // ---- The response ----
  // Once. While the upstream takes of the body, or the source has nothing to take, this waits.
  Task<Result<ResponseHead>> head(Waits waits);
  // Some bytes of the body; none at its end.
  Task<Result<std::string>> read(TimePoint until);
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }
  [[nodiscard]] bool has_ended() const noexcept { return complete_ && body_.empty(); }

  // ---- After a failure ----
  // Whether the upstream has not looked at the request for certain, so that it may be sent again.
  [[nodiscard]] bool may_repeat() const noexcept { return may_repeat_ && !cancelled_; }
  // Whether it has met the end of its connection on the way, as it seems: it may be sent again if
  // it is idempotent.
  [[nodiscard]] bool has_met_end() const noexcept { return met_end_ && !cancelled_; }
  // Whether the upstream answers it over HTTP/1.1 only.
  [[nodiscard]] bool wants_http1() const noexcept { return wants_http1_; }

  // ---- What the session reports, which wakes who waits and does no more ----
  [[nodiscard]] bool has_head() const noexcept { return has_head_; }
  [[nodiscard]] bool has_failed() const noexcept { return failure_.has_value(); }
  // The request's head is about to be sent.
  void leaves() noexcept { left_ = true; }
  void fields_begin() noexcept;
  [[nodiscard]] Result<void> field(std::string_view name, std::string_view value);
  [[nodiscard]] Result<void> fields_ended();
  void body_arrived(std::string_view bytes);
  void ended();
  void reset_by_upstream() noexcept { reset_by_upstream_ = true; }
  void closed(std::uint32_t code);
  void failed(Error error);
  // The connection is lost, which had received so many bytes.
  void lost(const Error& error, std::uint64_t seen);

  struct Piece {
    std::size_t bytes;
    bool end;
  };
  // The next bytes of the request's body; none and no end: not yet.
  [[nodiscard]] Piece take(std::span<std::uint8_t> into);

 private:
  [[nodiscard]] bool is_over() const noexcept { return closed_ || complete_ || failure_; }
  void wake();
  void offer(std::string_view bytes, End end);
  [[nodiscard]] TimePoint head_end(const Waits& waits) const;
  Task<Result<void>> wait(TimePoint until, std::string_view what);

  std::shared_ptr<H2Session> session_;
  const std::int32_t id_;
  const std::uint64_t seen_;
  H2ResponseFields fields_;
  ResponseHead head_;
  std::optional<std::uint64_t> length_;
  std::string body_;                              // arrived and not read
  std::shared_ptr<const ClientRequest> request_;  // whose body is sent, where that is not streamed
  std::string piece_;                             // of a streamed one
  std::string_view pending_;                      // of either: not yet taken
  std::uint64_t steps_ = 0;                       // of what is sent
  io::Notifier changed_;                          // for who waits for the response
  io::Notifier room_;                             // for who sends
  std::optional<Error> failure_;
  int interim_ = 0;
  bool has_head_ = false;
  bool complete_ = false;  // the whole response has arrived
  bool closed_ = false;    // nghttp2 knows it no more
  bool ends_ = false;      // nothing follows `pending_`
  bool all_taken_ = false;
  bool wanted_ = false;  // nghttp2 waits for bytes to send
  bool reset_by_upstream_ = false;
  bool left_ = false;  // something of the request may have been sent
  bool may_repeat_ = false;
  bool met_end_ = false;
  bool wants_http1_ = false;
  bool cancelled_ = false;
};

}  // namespace wws::http
