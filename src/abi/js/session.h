// Session: one request in one leased instance of the engine, and the WebSocket that it may become.
//
// Life: made when the request is at hand, answers it with respond(), and, where the worker called
// waitUntil, goes on in extend() after the response. Everything that the guest started (timers,
// fetches, streams) belongs to the session and is ended by close(), before the lease is given back:
// nothing of it can reach the next request. Belongs to one loop.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "abi/js/cache_calls.h"
#include "abi/js/computations.h"
#include "abi/js/engine.h"
#include "abi/js/fetch_operation.h"
#include "abi/js/guest_host.h"
#include "abi/js/guest_socket.h"
#include "abi/js/messages.h"
#include "abi/log_budget.h"
#include "abi/resume_until.h"
#include "abi/services.h"
#include "abi/worker_identity.h"
#include "bindings/kv.h"
#include "http/exchange.h"
#include "http/trace_context.h"
#include "wasm/memory_budget.h"

namespace wws::abi::js {

// Events that wait for the guest, in order; costs nothing while it is empty.
class EventQueue {
 public:
  void push(std::string message) { messages_.push_back(std::move(message)); }
  [[nodiscard]] bool empty() const noexcept { return next_ == messages_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return messages_.size() - next_; }
  std::string pop() {
    std::string message = std::move(messages_[next_++]);
    if (empty()) {
      messages_.clear();
      next_ = 0;
    }
    return message;
  }

 private:
  std::vector<std::string> messages_;
  std::size_t next_ = 0;
};

// What went wrong in a request, for the log and the client.
struct Failure {
  Error error;
  std::string stack;  // of the guest's code; may be empty
};

class Session final : public GuestHost {
 public:
  // `services` and `worker` are borrowed and outlive the session. `stacks` may be null.
  Session(LoopServices& services, const WorkerIdentity& worker, std::unique_ptr<wasm::Lease> lease,
          std::shared_ptr<const StackMap> stacks);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() override;

  // `evaluate_first`: a replayed worker's top-level code runs before the request.
  enum class Evaluate : bool { No, Yes };
  // Answers the exchange. True when work goes on after the response: then await extend().
  Task<bool> respond(http::Exchange& exchange, const std::string& url, const Pairs& params,
                     Evaluate evaluate_first, std::uint32_t mailbox);
  // Runs what waitUntil still waits for, within the wall limit.
  Task<void> extend();
  // Gives the lease back at once when nothing was started that must end first; else false: then
  // close() must be awaited.
  [[nodiscard]] bool close_now();
  // Ends every operation and waits for it; the instance is dropped if one was outstanding.
  Task<void> close();

  // GuestHost: what the guest asks for.
  wasm::HostResult answer(ByteView message) override;
  std::int32_t write(std::uint32_t stream, ByteView bytes, std::uint32_t flags) override;
  void read(std::uint32_t stream) override;
  void cancel(std::uint32_t kind, std::uint32_t id) override;
  std::int32_t fetch(ByteView message) override;
  void timer(std::uint32_t id, double milliseconds) override;
  void log(std::uint32_t level, std::string_view text) override;
  void fault(std::uint32_t kind, std::string_view message, std::string_view stack) override;
  std::int64_t now(std::uint32_t kind) override;
  void random(MutableByteView out) override;
  std::int32_t kv_get(std::string_view key) override;
  std::int32_t kv_list() override;
  std::string_view kv_taken() override;
  void kv_set(std::string_view key, std::string_view value) override;
  void kv_delete(std::string_view key) override;
  std::int32_t cache(ByteView message) override;
  std::int32_t cache_put(ByteView message, ByteView body) override;
  std::string_view cache_taken() override;
  std::string_view cache_body(std::uint32_t index) override;
  std::int32_t map_stack(std::string_view text) override;
  std::string_view map_taken() override { return mapped_; }
  std::int32_t codec(ByteView message) override;
  std::int64_t codec_step(std::uint32_t handle, ByteView in, MutableByteView out,
                          codec::Codec::Input input) override;
  void codec_end(std::uint32_t handle) override;
  std::int32_t crypto(ByteView message) override;
  std::string_view crypto_taken() override;
  std::int32_t compute(ByteView message) override;
  std::int32_t socket_send(std::uint32_t kind, ByteView bytes) override;
  void socket_close(std::uint32_t code, std::string_view reason) override;
  std::int64_t socket_buffered() override;

 private:
  Task<Result<std::int32_t>> call_with(const char* function, const std::string& message);
  // Nothing when the guest did not end within its slice: then finish_call() must be awaited.
  std::optional<Result<std::int32_t>> try_call_with_mailbox(const char* function,
                                                            const std::string& message);
  Task<Result<std::int32_t>> finish_call();
  Result<std::int32_t> outcome_of(Result<wasm::Value> result);
  Result<void> take_state(Result<std::int32_t> state);
  Task<Result<void>> evaluate();
  Task<Result<std::int32_t>> call(const char* function, std::span<const wasm::Value> arguments);
  Task<Result<void>> run(const char* function, const std::string& message);
  Task<Result<void>> pump_events();
  [[nodiscard]] std::unexpected<Error> out_of_time();
  Task<Result<void>> send_response();
  Task<Result<void>> send_large(ResponseMessage message);
  [[nodiscard]] bool hold_rest();
  Task<Result<void>> open_socket(http::ResponseHead head);
  Task<Result<void>> serve_socket();
  Task<void> fail_socket();
  void begin_turn();
  Task<void> pump_response();
  Task<void> read_request();
  Task<void> leave_exchange();
  Task<void> answer_failure(const Error& error);
  CacheCalls& caches();
  Computations& computations();
  void computed(std::uint32_t id, const Result<std::string>& result, std::chrono::nanoseconds took);
  void note_kv(Result<void> changed);
  Result<void> commit_kv();
  [[nodiscard]] bool settled() const noexcept;
  [[nodiscard]] bool waiting() const noexcept;
  // The guest has nothing left to do, though the client may not have its whole answer.
  [[nodiscard]] bool has_ended() const noexcept;
  // Only timers are pending, which go off when the request's time is over.
  [[nodiscard]] bool beyond_reach() const noexcept;
  void push_event(std::string message);
  void exceed(std::string what);
  void watch_client();
  io::Notifier& wake();
  io::TaskGroup& tasks();
  bindings::KvTransaction& kv();
  void report(const Failure& failure);
  // What the request is called; empty where it has no name.
  [[nodiscard]] std::string_view request_id() const noexcept;
  [[nodiscard]] const http::TraceContext& trace();
  void count_run();
  // The same of a failure that no answer tells of.
  void report_late(const Failure& failure);
  void tell_rejection(std::string_view message, std::string_view stack);
  [[nodiscard]] FailureReport shown(const Failure& failure) const;
  [[nodiscard]] std::optional<observe::Limit> limit_hit(const Error& error) const;

  LoopServices& services_;
  const WorkerIdentity& worker_;
  std::unique_ptr<wasm::Lease> lease_;
  std::shared_ptr<const StackMap> stacks_;
  http::Exchange* exchange_ = nullptr;  // until the response is complete
  std::string request_id_;              // without the exchange
  std::optional<http::TraceContext> trace_;
  std::uint32_t mailbox_ = 0;
  std::chrono::nanoseconds started_;
  Deadline deadline_;

  std::int32_t state_ = 0;  // WWS_STATE_* of the last call
  EventQueue events_;
  std::optional<Failure> failure_;       // the guest's own report
  std::optional<Error> exceeded_;        // a bound of the host's
  std::optional<ErrorKind> body_error_;  // of the request's body
  bool response_over_ = false;           // its limit was hit
  bool faulted_ = false;                 // the lease's call failed
  bool abandoned_ = false;               // an operation was cut short
  bool gone_ = false;                    // the client left
  bool watching_ = false;
  bool replayed_ = false;   // top-level code ran before the request
  bool computing_ = false;  // a call needs more than its first slice

  // The response.
  std::optional<ResponseMessage> response_;  // given by the guest, not yet sent
  bool responded_ = false;                   // the guest gave one
  bool sent_ = false;                        // completely handed to the connection
  bool streaming_ = false;
  std::string out_;  // bytes of a streamed body that wait for the client
  std::uint64_t out_total_ = 0;
  bool out_end_ = false;
  bool out_abort_ = false;
  std::size_t writing_ = 0;  // of it, what the exchange has and the client may not have taken
  wasm::HeldMemory held_;    // for what is left of the answer without the sandbox
  bool no_room_ = false;     // for that
  bool guest_waits_writable_ = false;
  bool reading_request_ = false;
  std::unique_ptr<GuestSocket> socket_;  // if the response is one

  LogBudget log_budget_;
  std::string rejections_;  // in development: those that nobody handled
  std::string mapped_;
  std::string kv_found_;
  std::optional<Error> kv_error_;
  std::unique_ptr<bindings::KvTransaction> kv_;
  std::shared_ptr<Session*> self_;  // for callbacks that may come late
  std::map<std::uint32_t, boost::asio::steady_timer> timers_;
  std::map<std::uint32_t, std::unique_ptr<FetchOperation>> fetches_;
  std::uint32_t next_fetch_ = 1;
  std::optional<CacheCalls> caches_;
  std::optional<Computations> computations_;
  std::set<std::uint32_t> computing_elsewhere_;  // operations of compute()
  std::uint32_t next_compute_ = 1;
  std::shared_ptr<std::atomic<bool>> no_longer_;  // nobody waits for those that have not begun
  std::chrono::nanoseconds computed_{};           // CPU time of those that ended
  std::chrono::nanoseconds turn_began_{};         // CPU time of the lease, in a WebSocket's turn
  // Made when something waits: a request that does not costs none of them.
  std::optional<io::Notifier> wake_;
  std::optional<io::Notifier> out_ready_;
  std::optional<io::TaskGroup> tasks_;
};

}  // namespace wws::abi::js
