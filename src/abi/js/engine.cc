#include "abi/js/engine.h"

#include <fmt/format.h>

#include "abi/js/computations.h"
#include "abi/js/guest_host.h"
#include "abi/log_budget.h"
#include "abi/resume_until.h"
#include "guest/js/abi.h"
#include "sourcemap/stack.h"

namespace wws::abi::js {
namespace {

using wasm::Value;

// Of one step of a load, whatever the limit of CPU time says.
constexpr std::chrono::milliseconds kMaxLoad{30'000};

// What the guest sees while it loads: nothing of the outside. Whatever would differ between two
// requests is remembered, because an image may not hold it.
class LoadHost final : public GuestHost {
 public:
  LoadHost(const io::Clock& clock, io::Random& random, observe::Log& log, std::string label,
           std::shared_ptr<const StackMap> stacks = nullptr)
      : clock_(clock),
        random_(random),
        log_(log),
        label_(std::move(label)),
        stacks_(std::move(stacks)) {}

  wasm::HostResult answer(ByteView) override { return {}; }  // of a warm-up request
  std::int32_t write(std::uint32_t, ByteView, std::uint32_t) override { return WWS_WRITE_OK; }
  void read(std::uint32_t) override { differs("reads a request"); }
  void cancel(std::uint32_t, std::uint32_t) override {}
  std::int32_t fetch(ByteView) override {
    differs("calls fetch()");
    return ++fetches_;
  }
  void timer(std::uint32_t, double) override { differs("sets a timer"); }
  void log(std::uint32_t level, std::string_view text) override {
    if (level < WWS_LOG_INFO) return;
    text = text.substr(0, 4096);
    if (budget_.take(text.size(), log_, label_)) log_.info(text, {{"worker", label_}});
  }
  void fault(std::uint32_t kind, std::string_view message, std::string_view stack) override {
    if (kind == WWS_FAULT_REJECTION || !message_.empty()) return;
    message_ = message.substr(0, 4096);
    stack_ = stack.substr(0, 4096);
  }
  std::int64_t now(std::uint32_t kind) override {
    differs("reads the clock");
    return kind == WWS_CLOCK_REALTIME ? clock_.realtime().count() : 0;
  }
  void random(MutableByteView out) override {
    differs("draws random numbers");
    random_.fill(out);
  }
  std::int32_t kv_get(std::string_view) override {
    differs("reads the store");
    return -1;
  }
  std::int32_t kv_list() override {
    differs("reads the store");
    return -1;
  }
  std::string_view kv_taken() override { return {}; }
  void kv_set(std::string_view, std::string_view) override { differs("writes the store"); }
  void kv_delete(std::string_view) override { differs("writes the store"); }
  std::int32_t cache(ByteView) override {
    differs("uses caches");
    return 0;
  }
  std::int32_t cache_put(ByteView, ByteView) override {
    differs("uses caches");
    return 0;
  }
  std::string_view cache_taken() override { return {}; }
  std::string_view cache_body(std::uint32_t) override { return {}; }
  std::int32_t map_stack(std::string_view text) override {
    mapped_ = stacks_ ? stacks_->apply(text) : std::string(text);
    return static_cast<std::int32_t>(mapped_.size());
  }
  std::string_view map_taken() override { return mapped_; }
  // A codec does not live on in an image; a digest or cipher is complete within one call of ours.
  std::int32_t codec(ByteView message) override {
    const auto computation = decode_computation(message);
    if (computation &&
        (computation->what == WWS_CODEC_COMPRESS || computation->what == WWS_CODEC_DECOMPRESS))
      differs("compresses a stream");
    return computations_.codec(message);
  }
  std::int64_t codec_step(std::uint32_t handle, ByteView in, MutableByteView out,
                          codec::Codec::Input input) override {
    return computations_.codec_step(handle, in, out, input);
  }
  void codec_end(std::uint32_t handle) override { computations_.codec_end(handle); }
  std::int32_t crypto(ByteView message) override {
    const auto computation = decode_computation(message);
    if (computation && is_random(*computation)) differs("makes a key or a signature");
    return computations_.crypto(message);
  }
  std::string_view crypto_taken() override { return computations_.taken(); }
  std::int32_t compute(ByteView) override {
    differs("computes with an RSA key");
    return ++computed_;
  }
  // Of a warm-up request that answered with a WebSocket, which nobody hears.
  std::int32_t socket_send(std::uint32_t, ByteView) override { return WWS_WRITE_GONE; }
  void socket_close(std::uint32_t, std::string_view) override {}
  std::int64_t socket_buffered() override { return 0; }

  [[nodiscard]] const std::string& why_differs() const noexcept { return why_; }
  [[nodiscard]] bool faulted() const noexcept { return !message_.empty(); }
  void forget_fault() {
    message_.clear();
    stack_.clear();
  }
  [[nodiscard]] Error error() const {
    std::string text = message_.empty() ? "the script failed without a message" : message_;
    if (!stack_.empty()) text += "\n" + stack_;
    return Error(ErrorKind::GuestFault, text);
  }

 private:
  void differs(const char* what) {
    if (why_.empty()) why_ = what;
  }

  const io::Clock& clock_;
  io::Random& random_;
  observe::Log& log_;
  std::string label_;
  std::shared_ptr<const StackMap> stacks_;
  LogBudget budget_;
  std::string why_;
  std::string message_;
  std::string stack_;
  std::string mapped_;
  std::int32_t fetches_ = 0;
  std::int32_t computed_ = 0;
  Computations computations_;
};

// Up to two i32 arguments, by value: nothing of a caller's frame is borrowed across the suspension.
struct Arguments {
  Value values[2];
  std::size_t count;
};

Arguments no_arguments() { return {{}, 0}; }

Arguments numbers(std::uint32_t a) {
  Arguments arguments = {{}, 1};
  arguments.values[0].i32 = static_cast<std::int32_t>(a);
  return arguments;
}

Arguments numbers(std::uint32_t a, std::uint32_t b) {
  Arguments arguments = numbers(a);
  arguments.values[1].i32 = static_cast<std::int32_t>(b);
  arguments.count = 2;
  return arguments;
}

Task<Result<std::int32_t>> call(wasm::Lease& lease, const char* function, Arguments arguments) {
  auto result = lease.try_call(function, std::span(arguments.values, arguments.count));
  if (!result) {
    const auto loop = co_await boost::asio::this_coro::executor;
    auto later = co_await resume_until(loop, lease, deadline_after(kMaxLoad));
    result = std::move(later);
  }
  if (*result) co_return (*result)->i32;
  Error error = std::move(*result).error();
  // It would take as long the next time: a mistake of the script's, not of the moment.
  if (error.kind() == ErrorKind::TimedOut)
    co_return fail(ErrorKind::GuestFault, "top-level code took too long: " + error.message());
  co_return fail(std::move(error));
}

Task<Result<std::int32_t>> call_with(wasm::Lease& lease, const char* function,
                                     std::string message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  auto room = co_await call(lease, "wws_alloc", numbers(size));
  if (!room) co_return fail(std::move(room).error());
  const auto at = static_cast<std::uint32_t>(*room);
  if (at == 0)
    co_return fail(ErrorKind::Exhausted, "the script does not fit into the memory limit");
  auto memory = lease.memory();
  if (!memory.write(at, as_bytes(message)))
    co_return fail(ErrorKind::Internal,
                   "the engine's allocator gave an address outside its memory");
  auto result = co_await call(lease, function, numbers(at, size));
  co_return result;
}

// What the operator is told of a warm-up request that did not end well; empty for one that did.
std::string trouble_of_warmup(std::int32_t state, const LoadHost& host) {
  if (state < 0 || host.faulted()) return "was not answered: " + host.error().message();
  if (!(state & WWS_STATE_RESPONDED)) return "was not answered: it waits for I/O";
  return {};
}

Task<Result<void>> warm_up(LoopServices& services, wasm::Lease& lease, LoadHost& host,
                           const Script& script) {
  for (const auto& warmup : script.config.warmup) {
    http::Headers headers;
    headers.add("host", "localhost");
    const Pairs none;
    std::string message;
    host.forget_fault();
    encode(
        RequestMessage{
            WWS_REQUEST_WARMUP, warmup.method, "http://localhost" + warmup.path, headers, none, {}},
        message);
    auto state = co_await call_with(lease, "wws_request", std::move(message));
    if (!state) co_return fail(std::move(state).error());
    const std::string trouble = trouble_of_warmup(*state, host);
    if (!trouble.empty())
      services.log.warn(
          fmt::format("the warm-up request \"{} {}\" {}", warmup.method, warmup.path, trouble),
          {{"worker", script.label}});
  }
  co_return Result<void>();
}

}  // namespace

std::string StackMap::apply(std::string_view text) const {
  return sourcemap::map_stack(text, file_name, *positions);
}

Task<Result<std::shared_ptr<const Engine>>> Engine::create(
    std::shared_ptr<const wasm::Program> program, LoopServices services) {
  auto lease = co_await services.pool.acquire(program, program->base_image());
  if (!lease) co_return fail(std::move(lease).error());
  auto mailbox = co_await call(**lease, "wws_mailbox", no_arguments());
  if (!mailbox) co_return fail(std::move(mailbox).error());
  std::shared_ptr<const Engine> engine =
      std::make_shared<Engine>(std::move(program), static_cast<std::uint32_t>(*mailbox));
  co_return engine;
}

Task<Result<std::shared_ptr<const wasm::Image>>> Engine::initialize(
    std::shared_ptr<const wasm::Program> program, wasm::InstancePool& pool, const io::Clock& clock,
    io::Random& random, observe::Log& log) {
  auto acquired = co_await pool.acquire(program, program->base_image());
  if (!acquired) co_return fail(std::move(acquired).error());
  wasm::Lease& lease = **acquired;
  LoadHost host(clock, random, log, "engine");
  lease.set_user(static_cast<GuestHost*>(&host));
  lease.set_limits({.cpu = std::chrono::nanoseconds(0), .memory_bytes = 0});
  auto constructed = co_await call(lease, "_initialize", no_arguments());
  if (!constructed) co_return fail(std::move(constructed).error().with_context("_initialize"));
  auto ready = co_await call(lease, "wws_init", no_arguments());
  if (!ready) co_return fail(std::move(ready).error().with_context("wws_init"));
  if (*ready != 0) co_return fail(host.error().with_context("wws_init"));
  if (!host.why_differs().empty())
    co_return fail(ErrorKind::Invalid, "the engine's own start " + host.why_differs() +
                                           ": its image would differ between builds");
  auto image = lease.snapshot();
  lease.mark_unclean();
  co_return image;
}

Task<Result<LoadedScript>> Engine::load(LoopServices services, Script script) const {
  auto acquired = co_await services.pool.acquire(program_, program_->base_image());
  if (!acquired) co_return fail(std::move(acquired).error());
  wasm::Lease& lease = **acquired;
  LoadHost host(services.clock, services.random, services.log, script.label, script.stacks);
  lease.set_user(static_cast<GuestHost*>(&host));
  lease.set_limits(
      {.cpu = script.config.limits.cpu, .memory_bytes = script.config.limits.memory_bytes});

  const std::uint32_t flags =
      (script.kind == ScriptKind::Module ? WWS_COMPILE_MODULE : WWS_COMPILE_AUTO) |
      (script.stacks ? WWS_COMPILE_MAPPED : 0u);
  std::string message =
      encode(CompileMessage{flags, script.file_name, script.source, script.config.vars});
  const auto compiled = co_await call_with(lease, "wws_compile", std::move(message));
  if (!compiled) co_return fail(compiled.error());
  if (*compiled < 0) co_return fail(host.error());

  LoadedScript loaded;
  loaded.stacks = script.stacks;
  WWS_CO_TRY(loaded.image, lease.snapshot());
  loaded.replayed = script.config.evaluate == config::Evaluate::EachRequest;
  loaded.why_replayed = "its configuration says so";
  if (!loaded.replayed) {
    auto state = co_await call(lease, "wws_evaluate", no_arguments());
    if (!state) co_return fail(std::move(state).error());
    const bool differs = !host.why_differs().empty();
    const bool waits = *state >= 0 && (*state & WWS_STATE_WAITING);
    if (script.config.evaluate == config::Evaluate::Once && waits)
      co_return fail(ErrorKind::Invalid,
                     "evaluate = \"once\" does not fit: top-level code waits for I/O");
    const bool replays = differs && script.config.evaluate == config::Evaluate::Auto;
    if (*state < 0 && !replays) co_return fail(host.error());
    if (replays) {
      loaded.replayed = true;
      loaded.why_replayed = "top-level code " + host.why_differs();
      if (*state < 0) loaded.doubt = host.error();
    }
    if (!loaded.replayed && *state >= 0 && (*state & WWS_STATE_NO_HANDLER))
      co_return fail(ErrorKind::GuestFault,
                     "no handler: add addEventListener(\"fetch\", …) or export default "
                     "{ fetch(request) {…} }");
  }
  if (!loaded.replayed) {
    auto warmed = co_await warm_up(services, lease, host, script);
    if (!warmed) co_return fail(std::move(warmed).error());
    WWS_CO_TRY(loaded.image, lease.snapshot());
  }
  co_return loaded;
}

}  // namespace wws::abi::js
