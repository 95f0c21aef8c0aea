// What a guest asks of the host while it runs: see guest_host.h.
#include <fmt/format.h>

#include <cmath>

#include "abi/failure_log.h"
#include "abi/fetch_policy.h"
#include "abi/js/session.h"
#include "guest/js/abi.h"
#include "io/random_number.h"

namespace wws::abi::js {
namespace {

constexpr std::size_t kMaxLogLine = 16 * 1024;
constexpr std::size_t kMaxTimers = 10'000;
constexpr std::size_t kMaxFetches = 64;
// Of request bodies that wait to be sent; the client holds each about three times.
constexpr std::size_t kMaxFetchBytes = 32u << 20;
constexpr std::size_t kMaxComputing = 64;

observe::Level to_level(std::uint32_t level) {
  switch (level) {
    case WWS_LOG_TRACE: return observe::Level::Trace;
    case WWS_LOG_DEBUG: return observe::Level::Debug;
    case WWS_LOG_WARN: return observe::Level::Warn;
    case WWS_LOG_ERROR: return observe::Level::Error;
    default: return observe::Level::Info;
  }
}

}  // namespace

void Session::read(std::uint32_t stream) {
  if (stream != WWS_STREAM_REQUEST) {
    if (const auto found = fetches_.find(stream); found != fetches_.end()) found->second->read();
    return;
  }
  if (reading_request_) return;
  if (!exchange_ || socket_) {
    push_event(
        encode_chunk(stream, WWS_CHUNK_ERROR, "the request body is gone after the response"));
    return;
  }
  reading_request_ = true;
  tasks().spawn(read_request());
}

Task<void> Session::read_request() {
  auto chunk = co_await exchange_->read();
  reading_request_ = false;
  if (!chunk) {
    body_error_ = chunk.error().kind();
    push_event(encode_chunk(WWS_STREAM_REQUEST, WWS_CHUNK_ERROR, chunk.error().message()));
    co_return;
  }
  push_event(encode_chunk(WWS_STREAM_REQUEST, chunk->empty() ? WWS_CHUNK_END : 0u, *chunk));
}

void Session::cancel(std::uint32_t kind, std::uint32_t id) {
  if (kind == WWS_CANCEL_TIMER) timers_.erase(id);
  if (kind != WWS_CANCEL_FETCH) return;
  if (const auto found = fetches_.find(id); found != fetches_.end()) found->second->cancel();
}

std::int32_t Session::fetch(ByteView bytes) {
  const std::uint32_t id = next_fetch_++;
  std::erase_if(fetches_, [](const auto& entry) { return entry.second->finished(); });
  std::size_t held = bytes.size();
  for (const auto& [other, operation] : fetches_) held += operation->held_bytes();
  if (fetches_.size() >= kMaxFetches || held > kMaxFetchBytes) {
    push_event(encode_failed(
        id,
        fetches_.size() >= kMaxFetches
            ? fmt::format("more than {} fetches at once: read or cancel their bodies", kMaxFetches)
            : fmt::format("more than {} bytes of request bodies wait to be sent: send streams",
                          kMaxFetchBytes)));
    return static_cast<std::int32_t>(id);
  }
  auto message = decode_fetch(bytes);
  if (!message) {
    push_event(encode_failed(id, message.error().message()));
    return static_cast<std::int32_t>(id);
  }
  http::continue_trace(message->headers, trace(), io::random_number(services_.random) | 1);
  auto policy = fetch_policy(worker_, deadline_);
  auto operation =
      std::make_unique<FetchOperation>(services_, std::move(policy), id, std::move(*message),
                                       [this](std::string event) { push_event(std::move(event)); });
  operation->start();
  fetches_.emplace(id, std::move(operation));
  return static_cast<std::int32_t>(id);
}

void Session::timer(std::uint32_t id, double milliseconds) {
  if (timers_.size() >= kMaxTimers) {
    exceed(fmt::format("more than {} timers at once", kMaxTimers));
    return;
  }
  if (!self_) self_ = std::make_shared<Session*>(this);
  // NaN and negative delays mean "now"; a day is longer than any request may last.
  const double delay =
      std::isfinite(milliseconds) ? std::fmin(std::fmax(milliseconds, 0), 86'400'000) : 0;
  const auto [at, added] = timers_.try_emplace(id, services_.loop);
  at->second.expires_after(std::chrono::microseconds(static_cast<std::int64_t>(delay * 1000)));
  // A timer that went off already cannot be taken back: it finds itself, or the session, gone.
  at->second.async_wait([id, self = std::weak_ptr(self_)](const boost::system::error_code& error) {
    const auto session = self.lock();
    if (error || !session || (*session)->timers_.erase(id) == 0) return;
    (*session)->push_event(encode_timer(id));
  });
}

// The request goes over a bound that is no error of the guest's to catch: it ends.
void Session::exceed(std::string what) {
  if (exceeded_) return;
  exceeded_ = Error(ErrorKind::Exhausted, std::move(what));
  if (lease_) lease_->cancel(*exceeded_);
  wake().notify();
}

void Session::log(std::uint32_t level, std::string_view text) {
  const observe::Level to = to_level(level);
  if (!services_.log.enabled(to)) return;
  const std::string_view line = text.substr(0, kMaxLogLine);
  if (log_budget_.take(line.size(), services_.log, worker_.label))
    services_.log.write(to, line, {{"worker", worker_.label}});
}

void Session::fault(std::uint32_t kind, std::string_view message, std::string_view stack) {
  message = message.substr(0, kMaxLogLine);
  stack = stack.substr(0, kMaxLogLine);
  if (kind == WWS_FAULT_REJECTION) {
    if (log_budget_.take(message.size() + stack.size(), services_.log, worker_.label))
      tell_rejection(message, stack);
    return;
  }
  if (failure_) return;
  failure_ = Failure{Error(ErrorKind::GuestFault, std::string(message)), std::string(stack)};
  if (kind == WWS_FAULT_BODY) report_late(*failure_);
}

void Session::tell_rejection(std::string_view message, std::string_view stack) {
  std::vector<observe::Field> fields = {{"worker", worker_.label}, {"route", worker_.route}};
  if (const auto id = request_id(); !id.empty()) fields.push_back({"request", std::string(id)});
  add_trace(fields, stack, worker_);
  services_.log.warn(
      fmt::format("Unhandled rejection in worker \"{}\": {}", worker_.label, message), fields);
  if (!services_.developer) return;
  const std::string text = fmt::format("Unhandled rejection: {}", message);
  services_.developer->notice({ErrorKind::GuestFault, text, stack, "", worker_});
  if (rejections_.size() < kMaxLogLine) rejections_ += text + "\n" + std::string(stack) + "\n";
}

std::int64_t Session::now(std::uint32_t kind) {
  // Coarse on purpose: a fine clock would show what other requests did to caches and pages.
  if (kind == WWS_CLOCK_REALTIME) return services_.clock.realtime().count() / 1'000'000 * 1'000'000;
  return (services_.clock.monotonic() - started_).count() / 100'000 * 100'000;
}

void Session::random(MutableByteView out) { services_.random.fill(out); }

std::int32_t Session::map_stack(std::string_view text) {
  mapped_ = stacks_ ? stacks_->apply(text) : std::string(text);
  return static_cast<std::int32_t>(mapped_.size());
}

// --- kv ------------------------------------------------------------------------------------------

bindings::KvTransaction& Session::kv() {
  if (!kv_) kv_ = services_.kv.begin(worker_.config.kv_namespace.value_or(""));
  return *kv_;
}

std::int32_t Session::kv_get(std::string_view key) {
  if (!worker_.config.kv_namespace) return -1;
  const auto value = kv().find(key);
  if (!value) return -1;
  kv_found_ = *value;
  return static_cast<std::int32_t>(kv_found_.size());
}

std::int32_t Session::kv_list() {
  std::vector<bindings::KvEntry> entries;
  if (worker_.config.kv_namespace) entries = kv().entries();
  kv_found_.clear();
  std::size_t size = 4;
  for (const auto& [key, value] : entries) size += key.size() + value.size() + 8;
  kv_found_.reserve(size);
  ByteWriter writer(kv_found_);
  writer.number(static_cast<std::uint32_t>(entries.size()));
  for (const auto& [key, value] : entries) {
    writer.prefixed_text(key);
    writer.prefixed_text(value);
  }
  return static_cast<std::int32_t>(kv_found_.size());
}

std::string_view Session::kv_taken() { return kv_found_; }

void Session::kv_set(std::string_view key, std::string_view value) {
  if (worker_.config.kv_namespace) note_kv(kv().set(std::string(key), std::string(value)));
}

void Session::kv_delete(std::string_view key) {
  if (worker_.config.kv_namespace) kv().remove(std::string(key));
}

// --- caches --------------------------------------------------------------------------------------

CacheCalls& Session::caches() {
  // Another worker has another space, unless both name the same one.
  if (!caches_) {
    const auto& shared = worker_.config.cache_namespace;
    caches_.emplace(services_.caches, shared ? "namespace " + *shared : "worker " + worker_.file,
                    services_.log, worker_.label);
  }
  return *caches_;
}

std::int32_t Session::cache(ByteView message) { return caches().call(message); }

std::int32_t Session::cache_put(ByteView message, ByteView body) {
  return caches().put(message, body);
}

std::string_view Session::cache_taken() { return caches().taken(); }

std::string_view Session::cache_body(std::uint32_t index) { return caches().body(index); }

// --- computations --------------------------------------------------------------------------------

Computations& Session::computations() {
  if (!computations_) computations_.emplace();
  return *computations_;
}

std::int32_t Session::codec(ByteView message) { return computations().codec(message); }

std::int64_t Session::codec_step(std::uint32_t handle, ByteView in, MutableByteView out,
                                 codec::Codec::Input input) {
  return computations().codec_step(handle, in, out, input);
}

void Session::codec_end(std::uint32_t handle) { computations().codec_end(handle); }

std::int32_t Session::crypto(ByteView message) { return computations().crypto(message); }

std::string_view Session::crypto_taken() { return computations().taken(); }

std::int32_t Session::compute(ByteView message) {
  const std::uint32_t id = next_compute_++;
  if (computing_elsewhere_.size() >= kMaxComputing) {
    push_event(encode_computed(id, fail(ErrorKind::Exhausted, "too many computations at once")));
    return static_cast<std::int32_t>(id);
  }
  if (!self_) self_ = std::make_shared<Session*>(this);
  if (!no_longer_) no_longer_ = std::make_shared<std::atomic<bool>>(false);
  computing_elsewhere_.insert(id);
  // Owned by the work and, after it, by its end; the session may be gone by then.
  struct Job {
    std::string message;
    Result<std::string> result;
    std::chrono::nanoseconds took{};
  };
  auto job = std::make_shared<Job>(Job{std::string(as_text(message)), std::string(), {}});
  services_.offload.run(
      [job, no_longer = no_longer_, &clock = services_.clock] {
        if (*no_longer) return;
        const auto began = clock.thread_cpu();
        const auto computation = decode_computation(as_bytes(job->message));
        job->result = computation ? js::run(*computation) : fail(computation.error());
        job->took = clock.thread_cpu() - began;
      },
      [id, job, self = std::weak_ptr(self_)] {
        if (const auto session = self.lock()) (*session)->computed(id, job->result, job->took);
      });
  return static_cast<std::int32_t>(id);
}

void Session::computed(std::uint32_t id, const Result<std::string>& result,
                       std::chrono::nanoseconds took) {
  computing_elsewhere_.erase(id);
  computed_ += took;
  const auto limit = worker_.config.limits.cpu;
  if (limit.count() != 0 && lease_ && computed_ + lease_->cpu_used() - turn_began_ > limit) {
    exceed("the limit of CPU time was reached in a computation with an RSA key");
    return;
  }
  push_event(encode_computed(id, result));
}

// The guest's call cannot fail: a change that does not fit fails the commit, and so the request.
void Session::note_kv(Result<void> changed) {
  if (!changed && !kv_error_) kv_error_ = changed.error();
}

Result<void> Session::commit_kv() {
  if (kv_error_) return fail(*kv_error_);
  if (!kv_) return {};
  return kv_->commit();
}

}  // namespace wws::abi::js
