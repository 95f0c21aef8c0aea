#include "abi/js/session.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>

#include "abi/busy_page.h"
#include "abi/failure_log.h"
#include "abi/failure_page.h"
#include "abi/limit_hit.h"
#include "guest/js/abi.h"
#include "wasm/hold_memory.h"

namespace wws::abi::js {
namespace {

using wasm::Value;

// A streamed response above this holds back the guest. What a client has not taken yet of an answer
// up to this is bounded by the number of connections, and above it by what all guests may write.
constexpr std::size_t kOutHighWater = 64 * 1024;
// How often an answer that is complete looks for such room.
constexpr std::chrono::milliseconds kLookForRoom{20};
constexpr std::size_t kMaxEvents = 20'000;

Value i32(std::uint32_t number) {
  Value value;
  value.i32 = static_cast<std::int32_t>(number);
  return value;
}

}  // namespace

Session::Session(LoopServices& services, const WorkerIdentity& worker,
                 std::unique_ptr<wasm::Lease> lease, std::shared_ptr<const StackMap> stacks)
    : services_(services), worker_(worker), lease_(std::move(lease)), stacks_(std::move(stacks)) {
  lease_->set_user(static_cast<GuestHost*>(this));
  lease_->set_limits(
      {.cpu = worker.config.limits.cpu, .memory_bytes = worker.config.limits.memory_bytes});
  started_ = services_.clock.monotonic();
  deadline_ = deadline_after(worker.config.limits.wall);
}

Session::~Session() {
  if (no_longer_) *no_longer_ = true;
}

// --- running the guest ---------------------------------------------------------------------------

Task<Result<std::int32_t>> Session::finish_call() {
  computing_ = true;
  watch_client();
  auto result = co_await resume_until(services_.loop, *lease_, deadline_);
  computing_ = false;
  co_return outcome_of(std::move(result));
}

Result<std::int32_t> Session::outcome_of(Result<Value> result) {
  if (result) return result->i32;
  faulted_ = true;
  return fail(std::move(result).error());
}

Task<Result<std::int32_t>> Session::call(const char* function, std::span<const Value> arguments) {
  auto result = lease_->try_call(function, arguments);
  if (result) co_return outcome_of(std::move(*result));
  auto later = co_await finish_call();
  co_return later;
}

std::optional<Result<std::int32_t>> Session::try_call_with_mailbox(const char* function,
                                                                   const std::string& message) {
  auto memory = lease_->memory();
  if (!memory.write(mailbox_, as_bytes(message))) {
    faulted_ = true;
    return fail(ErrorKind::Internal, "the engine's mailbox lies outside its memory");
  }
  const Value arguments[] = {i32(mailbox_), i32(static_cast<std::uint32_t>(message.size()))};
  auto result = lease_->try_call(function, arguments);
  if (!result) return std::nullopt;
  return outcome_of(std::move(*result));
}

Task<Result<std::int32_t>> Session::call_with(const char* function, const std::string& message) {
  if (message.size() <= WWS_MAILBOX_SIZE) {
    auto state = try_call_with_mailbox(function, message);
    if (state) co_return std::move(*state);
    auto later = co_await finish_call();
    co_return later;
  }
  const auto size = static_cast<std::uint32_t>(message.size());
  const Value room_arguments[] = {i32(size)};
  auto room = co_await call("wws_alloc", room_arguments);
  if (!room) co_return fail(std::move(room).error());
  const auto at = static_cast<std::uint32_t>(*room);
  auto memory = lease_->memory();
  if (at == 0 || !memory.write(at, as_bytes(message))) {
    faulted_ = true;
    co_return fail(ErrorKind::Exhausted, "out of memory: the message does not fit into the worker");
  }
  const Value arguments[] = {i32(at), i32(size)};
  auto state = co_await call(function, arguments);
  co_return state;
}

Task<Result<void>> Session::run(const char* function, const std::string& message) {
  auto state = co_await call_with(function, message);
  co_return take_state(std::move(state));
}

Result<void> Session::take_state(Result<std::int32_t> state) {
  if (!state) return fail(std::move(state).error());
  if (*state < 0) return fail(ErrorKind::GuestFault, "the worker failed");
  state_ = *state;
  // After a fault the engine is done with the request, without an answer if none was given before.
  if ((state_ & WWS_STATE_RESPONDED) && !responded_)
    return fail(ErrorKind::GuestFault, "the worker gave no answer");
  return {};
}

bool Session::waiting() const noexcept {
  const bool body_under_way = streaming_ && !sent_;
  return (state_ & WWS_STATE_WAITING) || !events_.empty() || body_under_way;
}

bool Session::settled() const noexcept {
  const bool answered = responded_ ? sent_ : false;
  return answered && !(state_ & WWS_STATE_EXTENDED);
}

bool Session::has_ended() const noexcept {
  return lease_ && streaming_ && out_end_ && !(state_ & (WWS_STATE_WAITING | WWS_STATE_EXTENDED)) &&
         !reading_request_ && timers_.empty() && computing_elsewhere_.empty() &&
         std::ranges::none_of(fetches_,
                              [](const auto& fetch) { return fetch.second->outstanding(); });
}

bool Session::beyond_reach() const noexcept {
  return fetches_.empty() && computing_elsewhere_.empty() &&
         std::ranges::all_of(
             timers_, [this](const auto& timer) { return timer.second.expiry() > deadline_; });
}

// Delivers completed operations until the response is sent and, when still attached to an exchange,
// no longer.
Task<Result<void>> Session::pump_events() {
  for (;;) {
    if (socket_ && !sent_) {
      auto served = co_await serve_socket();
      co_return served;
    }
    if (exceeded_) co_return fail(*exceeded_);
    if (gone_ && exchange_ && events_.empty()) co_return fail(ErrorKind::Gone, "the client left");
    if (sent_ && (exchange_ || settled())) co_return Result<void>();
    if (!waiting()) {
      if (sent_) co_return Result<void>();
      co_return fail(
          ErrorKind::GuestFault,
          "the handler never answered: its promise did not settle and nothing is pending");
    }
    if (events_.empty()) {
      watch_client();
      // What is left of the response is here. A client may take long for it: the sandbox does not
      // wait, and how slowly it may read is a question of the connection's bounds.
      const bool ended = has_ended();
      if (ended && hold_rest()) {
        co_await close();
        continue;
      }
      if (!lease_) {
        co_await wake().wait();
        continue;
      }
      WWS_CO_CHECK(lease_->count_memory());
      auto until = deadline_;
      if (ended) until = std::min(until, std::chrono::steady_clock::now() + kLookForRoom);
      const bool woken = co_await wake().wait_until(until);
      if (!woken && std::chrono::steady_clock::now() >= deadline_) co_return out_of_time();
      continue;
    }
    const std::string message = events_.pop();
    if (!lease_) continue;
    auto ran = co_await run("wws_event", message);
    if (!ran) co_return fail(std::move(ran).error());
    if (response_) {
      auto sent = co_await send_response();
      if (!sent) co_return fail(std::move(sent).error());
    }
  }
}

std::unexpected<Error> Session::out_of_time() {
  no_room_ = has_ended();
  if (!no_room_) return fail(ErrorKind::TimedOut, "the wall limit was reached");
  return fail(ErrorKind::Exhausted,
              "clients are slow to take what workers have answered, and there is no room for more "
              "of that: raise guest_memory");
}

// --- one request ---------------------------------------------------------------------------------

Task<bool> Session::respond(http::Exchange& exchange, const std::string& url, const Pairs& params,
                            Evaluate evaluate_first, std::uint32_t mailbox) {
  exchange_ = &exchange;
  mailbox_ = mailbox;
  Result<void> outcome;
  if (evaluate_first == Evaluate::Yes) {
    replayed_ = true;
    outcome = co_await evaluate();
  }
  if (outcome) {
    const auto body = exchange.buffered_body();
    std::uint32_t flags = WWS_REQUEST_BODY_STREAM;
    if (body) flags = body->empty() ? 0u : unsigned{WWS_REQUEST_BODY_INLINE};
    std::string message;
    message.reserve(512);
    encode(RequestMessage{flags, exchange.request().method, url, exchange.request().headers, params,
                          body.value_or(std::string_view{})},
           message);
    // Most requests end here, without a suspension and so without a coroutine each.
    std::optional<Result<std::int32_t>> state;
    if (message.size() <= WWS_MAILBOX_SIZE) state = try_call_with_mailbox("wws_request", message);
    if (!state && message.size() <= WWS_MAILBOX_SIZE) {
      state = co_await finish_call();
    }
    if (!state) {
      state = co_await call_with("wws_request", message);
    }
    outcome = take_state(std::move(*state));
  }
  if (outcome && response_) {
    outcome = co_await send_response();
  }
  if (outcome && !sent_) {
    outcome = co_await pump_events();
  }
  if (watching_) exchange.on_gone({});
  // What was stored while the body was streamed.
  if (outcome && streaming_) outcome = commit_kv();
  if (!outcome) {
    co_await answer_failure(outcome.error());
  }
  if (tasks_) {
    co_await leave_exchange();
  }
  const bool goes_on = outcome.has_value() && !settled() && !faulted_;
  if (goes_on) {
    request_id_ = exchange.request().request_id;
    static_cast<void>(trace());
  }
  exchange_ = nullptr;
  co_return goes_on;
}

Task<Result<void>> Session::evaluate() {
  auto state = co_await call("wws_evaluate", {});
  auto outcome = take_state(std::move(state));
  while (outcome && (state_ & WWS_STATE_WAITING)) {
    if (exceeded_) co_return fail(*exceeded_);
    if (gone_) co_return fail(ErrorKind::Gone, "the client left");
    if (events_.empty()) {
      // Nobody waits for a clean-up in five minutes.
      if (beyond_reach()) break;
      WWS_CO_CHECK(lease_->count_memory());
      watch_client();
      const bool in_time = co_await wake().wait_until(deadline_);
      if (!in_time) co_return fail(ErrorKind::TimedOut, "the wall limit was reached");
      continue;
    }
    const std::string message = events_.pop();
    outcome = co_await run("wws_event", message);
  }
  co_return outcome;
}

// What still uses the exchange ends before its owner takes it back.
Task<void> Session::leave_exchange() {
  if (tasks_->running() == 0) co_return;
  // What has sent the response to its end has only to return.
  const bool all_done = streaming_ && sent_ && !reading_request_ && tasks_->running() == 1;
  abandoned_ = !all_done;
  tasks_->cancel();
  co_await tasks_->join();
}

Task<void> Session::extend() {
  auto outcome = co_await pump_events();
  if (!outcome) {
    report_late({outcome.error(), failure_ ? failure_->stack : ""});
    co_return;
  }
  auto committed = commit_kv();
  if (!committed) report_late({committed.error(), ""});
}

bool Session::close_now() {
  if (!timers_.empty() || !fetches_.empty() || !computing_elsewhere_.empty()) return false;
  if (!lease_) return true;
  if (faulted_ || abandoned_) lease_->mark_unclean();
  count_run();
  lease_.reset();
  return true;
}

Task<void> Session::close() {
  bool outstanding = faulted_ || abandoned_ || !timers_.empty() || !computing_elsewhere_.empty();
  for (auto& [id, operation] : fetches_) {
    outstanding = outstanding || operation->outstanding();
    operation->cancel();
  }
  timers_.clear();
  if (no_longer_) *no_longer_ = true;
  for (auto& [id, operation] : fetches_) {
    co_await operation->join();
  }
  fetches_.clear();
  if (outstanding) lease_->mark_unclean();
  count_run();
  lease_.reset();
}

// --- the response --------------------------------------------------------------------------------

wasm::HostResult Session::answer(ByteView message) {
  if (responded_) return Error(ErrorKind::GuestFault, "the engine answered twice");
  auto response = decode_response(message);
  if (!response) return std::move(response).error();
  responded_ = true;
  response_ = std::move(*response);
  if (response_->body_kind == WWS_BODY_SOCKET)
    socket_ =
        std::make_unique<GuestSocket>(services_, worker_, *exchange_,
                                      [this](std::string event) { push_event(std::move(event)); });
  return {};
}

Task<Result<void>> Session::send_response() {
  ResponseMessage message = std::move(*response_);
  response_.reset();
  const auto limit = worker_.config.limits.response_bytes;
  if (limit != 0 && message.body.size() > limit) {
    response_over_ = true;
    co_return fail(ErrorKind::Exhausted,
                   fmt::format("the response body is over the limit of {} bytes", limit));
  }
  if (message.body.size() > kOutHighWater) {
    auto sent = co_await send_large(std::move(message));
    co_return sent;
  }
  // Whoever sees the answer sees what it stored; a request that fails stores nothing.
  auto committed = commit_kv();
  if (!committed) co_return committed;
  if (message.body_kind == WWS_BODY_SOCKET) {
    auto opened = co_await open_socket(std::move(message.head));
    co_return opened;
  }
  if (message.body_kind == WWS_BODY_STREAM) {
    streaming_ = true;
    auto started = co_await exchange_->start(std::move(message.head), std::nullopt);
    if (!started) co_return started;
    out_ready_.emplace(services_.loop);
    tasks().spawn(pump_response());
    co_return Result<void>();
  }
  auto sent = co_await exchange_->respond(std::move(message.head), std::move(message.body));
  if (!sent) co_return sent;
  sent_ = true;
  co_return Result<void>();
}

// A client may take long for a large body: the sandbox does not wait for it, once there is room for
// the body alone.
Task<Result<void>> Session::send_large(ResponseMessage message) {
  auto held = wasm::try_hold_memory(services_.pool, message.body.size());
  if (!held) {
    WWS_CO_CHECK(lease_->count_memory());
    watch_client();
    auto room = co_await wasm::hold_memory(services_.pool, message.body.size(), deadline_, gone_);
    if (!room) {
      no_room_ = room.error().kind() == ErrorKind::Exhausted;
      co_return fail(std::move(room).error());
    }
    held = std::move(*room);
  }
  held_ = std::move(*held);
  WWS_CO_CHECK(commit_kv());
  if (!(state_ & WWS_STATE_EXTENDED) && !tasks_) (void)close_now();
  auto sent = co_await exchange_->respond(std::move(message.head), std::move(message.body));
  held_.shrink_to(0);
  if (!sent) co_return sent;
  sent_ = true;
  co_return Result<void>();
}

// Whether what is left of a streamed response may stay without the sandbox.
bool Session::hold_rest() {
  const std::size_t left = out_.size() + writing_;
  if (left <= kOutHighWater) return true;
  auto held = wasm::try_hold_memory(services_.pool, left);
  if (held) held_ = std::move(*held);
  return held.has_value();
}

// Hands the guest's bytes to the client as fast as the client takes them.
Task<void> Session::pump_response() {
  while (!gone_) {
    if (out_.empty()) {
      if (out_abort_) {
        exchange_->abort();
        break;
      }
      if (out_end_) {
        auto finished = co_await exchange_->finish();
        if (!finished) gone_ = true;
        break;
      }
      co_await out_ready_->wait();
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) co_return;
      continue;
    }
    const std::string chunk = std::exchange(out_, {});
    writing_ = chunk.size();
    auto written = co_await exchange_->write(chunk);
    writing_ = 0;
    if (!written) {
      gone_ = true;
      break;
    }
    if (std::exchange(guest_waits_writable_, false))
      push_event(encode_writable(WWS_STREAM_RESPONSE));
  }
  if (gone_) push_event(encode_gone());
  sent_ = !gone_;
  wake().notify();
}

std::int32_t Session::write(std::uint32_t stream, ByteView bytes, std::uint32_t flags) {
  if (stream != WWS_STREAM_RESPONSE) {
    const auto found = fetches_.find(stream);
    return found == fetches_.end() ? WWS_WRITE_GONE : found->second->write(bytes, flags);
  }
  if (gone_ || out_end_ || out_abort_) return WWS_WRITE_GONE;
  out_total_ += bytes.size();
  const auto limit = worker_.config.limits.response_bytes;
  if (limit != 0 && out_total_ > limit) {
    out_abort_ = true;
    response_over_ = true;
    failure_ = Failure{Error(ErrorKind::Exhausted,
                             fmt::format("the response body is over the limit of {} bytes", limit)),
                       ""};
    report_late(*failure_);
    if (out_ready_) out_ready_->notify();
    return WWS_WRITE_GONE;
  }
  out_.append(as_text(bytes));
  if (flags & WWS_WRITE_END) out_end_ = true;
  if (flags & WWS_WRITE_ABORT) out_abort_ = true;
  if (out_ready_) out_ready_->notify();
  if (out_end_ || out_abort_ || out_.size() < kOutHighWater) return WWS_WRITE_OK;
  guest_waits_writable_ = true;
  return WWS_WRITE_WAIT;
}

Task<void> Session::answer_failure(const Error& error) {
  const bool socket_open = socket_ && socket_->is_open();
  if (error.kind() == ErrorKind::Gone && !socket_open) co_return;
  const Failure failure = failure_ && error.kind() == ErrorKind::GuestFault && !faulted_
                              ? *failure_
                              : Failure{error, failure_ ? failure_->stack : ""};
  report(failure);
  if (socket_open) {
    if (services_.developer) services_.developer->notice(shown(failure));
    co_await fail_socket();
    co_return;
  }
  if (exchange_->started()) {
    if (services_.developer) services_.developer->notice(shown(failure));
    out_abort_ = true;
    exchange_->abort();
    co_return;
  }
  if (services_.metrics && body_error_ == ErrorKind::Exhausted)
    services_.metrics->limited(worker_.number, observe::Limit::Request);
  auto page = body_error_ ? body_failure_page(*body_error_)
              : no_room_  ? busy_page()
              : services_.developer
                  ? services_.developer->page(shown(failure), exchange_->request())
                  : failure_page(failure.error.kind());
  name_request(page, request_id());
  auto answered = co_await exchange_->respond(std::move(page.head), std::move(page.body));
  if (!answered)
    services_.log.debug("the client left before its answer", {{"route", worker_.route}});
}

std::optional<observe::Limit> Session::limit_hit(const Error& error) const {
  if (response_over_) return observe::Limit::Response;
  if (no_room_) return observe::Limit::Busy;
  // Bounds of the host's that no worker can set.
  if (exceeded_ || body_error_) return std::nullopt;
  const auto used = lease_ ? lease_->cpu_used() - turn_began_ : std::chrono::nanoseconds(0);
  return abi::limit_hit(error.kind(), used, worker_.config.limits);
}

std::string_view Session::request_id() const noexcept {
  return exchange_ != nullptr ? exchange_->request().request_id : request_id_;
}

const http::TraceContext& Session::trace() {
  if (!trace_) trace_ = exchange_ ? http::trace_of(exchange_->request()) : http::TraceContext{};
  return *trace_;
}

void Session::count_run() {
  if (!services_.metrics || !lease_) return;
  using TopLevel = observe::LoopMetrics::TopLevel;
  services_.metrics->ran(worker_.number, replayed_ ? TopLevel::Replayed : TopLevel::FromImage,
                         computed_ + lease_->cpu_used(), lease_->memory().size());
}

void Session::report(const Failure& failure) {
  // A client that sends a bad body, or leaves, could else fill the log.
  if ((body_error_ || gone_) && failure.error.kind() == ErrorKind::GuestFault) {
    services_.log.debug("a worker failed with its client",
                        {{"route", worker_.route}, {"error", failure.error.to_string()}});
    return;
  }
  if (services_.metrics) services_.metrics->failed(worker_.number, limit_hit(failure.error));
  std::vector<observe::Field> fields = {{"worker", worker_.label}, {"route", worker_.route}};
  if (const auto id = request_id(); !id.empty()) fields.push_back({"request", std::string(id)});
  add_trace(fields, failure.stack, worker_);
  services_.log.error(fmt::format("Error running worker \"{}\" at route \"{}\": {}", worker_.label,
                                  worker_.route, failure.error.to_string()),
                      fields);
}

void Session::report_late(const Failure& failure) {
  report(failure);
  if (services_.developer) services_.developer->notice(shown(failure));
}

FailureReport Session::shown(const Failure& failure) const {
  return {failure.error.kind(), failure.error.message(), failure.stack, rejections_, worker_};
}

// --- what the guest asks for ---------------------------------------------------------------------

io::Notifier& Session::wake() {
  if (!wake_) wake_.emplace(services_.loop);
  return *wake_;
}

io::TaskGroup& Session::tasks() {
  if (!tasks_) tasks_.emplace(services_.loop);
  return *tasks_;
}

void Session::push_event(std::string message) {
  if (events_.size() >= kMaxEvents) {
    exceed(fmt::format("more than {} events wait for the worker", kMaxEvents));
    return;
  }
  events_.push(std::move(message));
  wake().notify();
}

void Session::watch_client() {
  if (watching_ || !exchange_) return;
  watching_ = true;
  exchange_->on_gone([this] {
    gone_ = true;
    push_event(encode_gone());
    // A guest that computes is not asked.
    if (computing_) lease_->cancel(Error(ErrorKind::Gone, "the client left"));
  });
}

}  // namespace wws::abi::js
