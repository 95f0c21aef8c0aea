// What a request costs without HTTP, and what of that is the fresh sandbox: `lease_` borrows an
// instance, runs the request and puts the memory back; `call_` runs it again and again in one.
#include <benchmark/benchmark.h>

#include "abi/js/messages.h"
#include "guest/js/abi.h"
#include "micro/rig.h"
#include "micro/silent_host.h"

namespace wws::bench {
namespace {

Rig& rig() {
  static Rig rig(WWS_ENGINE_BUNDLE, WWS_BENCH_APPS);
  return rig;
}

void request(benchmark::State& state, const Sample& sample) {
  const auto worker = rig().worker(sample.file);
  for (auto _ : state) {
    http::MemoryExchange exchange(sample.request);
    rig().ask(*worker, exchange);
  }
}

// A request after which the engine is ready for another one.
class Call final {
 public:
  explicit Call(const Sample& sample) : image_(rig().worker(sample.file)->image()) {
    const abi::js::Pairs none;
    encode(abi::js::RequestMessage{WWS_REQUEST_BODY_INLINE, sample.request.method,
                                   "http://localhost" + sample.request.target,
                                   sample.request.headers, none, sample.request.body},
           message_);
    lease_ = begin();
    mailbox_ = static_cast<std::uint32_t>(run("wws_mailbox", {}));
  }

  void once() {
    (void)lease_->memory().write(mailbox_, as_bytes(message_));
    wasm::Value arguments[2];
    arguments[0].i32 = static_cast<std::int32_t>(mailbox_);
    arguments[1].i32 = static_cast<std::int32_t>(message_.size());
    const std::int32_t state = run("wws_request", arguments);
    if (state >= 0 && (state & WWS_STATE_RESPONDED)) return;
    std::fprintf(stderr, "a request was not answered: %d\n", state);
    std::exit(1);
  }
  // The next request finds the image again.
  void restore() {
    lease_.reset();
    lease_ = begin();
  }

 private:
  std::unique_ptr<wasm::Lease> begin() {
    auto lease = rig().lease(image_);
    lease->set_user(static_cast<abi::js::GuestHost*>(&host_));
    lease->set_limits({.cpu = std::chrono::nanoseconds(0), .memory_bytes = 0});
    return lease;
  }
  std::int32_t run(const char* function, std::span<const wasm::Value> arguments) {
    auto result = lease_->try_call(function, arguments);
    if (result) return must(std::move(*result), function).i32;
    // Its slice was over: the time goes on to count.
    return must(rig().resume(*lease_), function).i32;
  }

  std::shared_ptr<const wasm::Image> image_;
  SilentHost host_;
  std::string message_;
  std::uint32_t mailbox_ = 0;
  std::unique_ptr<wasm::Lease> lease_;
};

void lease(benchmark::State& state, const Sample& sample) {
  Call call(sample);
  for (auto _ : state) {
    call.once();
    call.restore();
  }
}

void call(benchmark::State& state, const Sample& sample) {
  Call call(sample);
  for (auto _ : state) call.once();
}

const bool registered = [] {
  for (const Sample& sample : samples()) {
    const std::string name = sample.name;
    benchmark::RegisterBenchmark(("request_" + name).c_str(), request, sample);
    benchmark::RegisterBenchmark(("lease_" + name).c_str(), lease, sample);
    benchmark::RegisterBenchmark(("call_" + name).c_str(), call, sample);
  }
  return true;
}();

}  // namespace
}  // namespace wws::bench
