#include "worker/wasm_worker.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "abi/fetch_policy.h"
#include "abi/limit_hit.h"
#include "abi/resume_until.h"
#include "abi/wasi_p1/loop_timers.h"
#include "abi/wasi_p1/thread_blocking.h"
#include "base/read_file.h"
#include "io/cores.h"
#include "wasm/hold_memory.h"
#include "wasm/program_memory.h"
#include "worker/outbound_fetch.h"
#include "worker/refusal.h"

namespace wws::worker {

namespace asio = boost::asio;
using abi::stdio_json::JsonRequest;
using abi::stdio_json::JsonResponse;

namespace {

constexpr std::uintmax_t kMaxModuleBytes = 256u << 20;
// JSON around a body: base64 and escapes need more room than the body itself.
constexpr std::uint64_t kDocumentFactor = 2;
constexpr std::size_t kDocumentOverhead = 64 * 1024;
// A parsed document needs a dozen times its size for a moment.
constexpr std::size_t kMaxDocument = 32u << 20;
// What is read and written on the loop: a few hundred microseconds' worth.
constexpr std::uint64_t kLargeDocument = 128 * 1024;
// Of request bodies, over all loops.
constexpr std::uint64_t kMaxBodies = 512u << 20;
// An output up to this is bounded by the number of connections, and above it by what all guests may
// write.
constexpr std::uint64_t kSmallOutput = 64 * 1024;
// Of an outbound response where the guest's memory is not bounded.
constexpr std::uint64_t kMaxOutboundBytes = 256u << 20;

std::string sha256(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
             EVP_sha256(), nullptr);
  digest.resize(size);
  return digest;
}

// Runs on a compile thread.
Task<Result<std::shared_ptr<const wasm::Program>>> compile(wasm::Runtime& runtime,
                                                           const wasm::HostFunctions& imports,
                                                           const std::string& module) {
  co_return runtime.compile(as_bytes(module), imports);
}

Task<void> perform(std::function<void()> work) {
  work();
  co_return;
}

// In no more time than an answer may take. Exhausted when the body is too large; Unsupported when
// there is no room for it now.
Task<Result<std::string>> read_body(http::Exchange& exchange, BodyBudget::Share& share,
                                    abi::Deadline deadline) {
  if (const auto whole = exchange.buffered_body()) co_return std::string(*whole);
  std::string body;
  for (;;) {
    auto chunk = co_await exchange.read();
    if (!chunk) co_return fail(std::move(chunk).error());
    if (chunk->empty()) co_return body;
    if (!share.take(chunk->size()))
      co_return fail(ErrorKind::Unsupported, "too many request bodies are being received");
    if (std::chrono::steady_clock::now() > deadline)
      co_return fail(ErrorKind::TimedOut, "the request body took too long");
    body += *chunk;
  }
}

// Room for what the guest has written, which a client may take long for once it is read.
Task<Result<wasm::HeldMemory>> room_for(abi::LoopServices& services, http::Exchange& exchange,
                                        std::uint64_t bytes, wasm::Lease& lease,
                                        abi::Deadline deadline) {
  if (bytes <= kSmallOutput) co_return wasm::HeldMemory();
  if (auto held = wasm::try_hold_memory(services.pool, bytes)) co_return std::move(*held);
  WWS_CO_CHECK(lease.count_memory());
  bool gone = false;
  exchange.on_gone([&gone] { gone = true; });
  auto held = co_await wasm::hold_memory(services.pool, bytes, deadline, gone);
  exchange.on_gone({});
  co_return held;
}

// Ends the guest's call when the client leaves: nobody would see what it answers.
class StopWhenGone final {
 public:
  StopWhenGone(http::Exchange& exchange, wasm::Lease& lease) : exchange_(exchange) {
    exchange_.on_gone([&lease] { lease.cancel(Error(ErrorKind::Gone, "the client left")); });
  }
  ~StopWhenGone() { exchange_.on_gone({}); }
  StopWhenGone(const StopWhenGone&) = delete;
  StopWhenGone& operator=(const StopWhenGone&) = delete;

 private:
  http::Exchange& exchange_;
};

}  // namespace

WasmRuntime::WasmRuntime(wasm::Runtime& runtime)
    : runtime_(runtime),
      imports_(abi::stdio_json::host_functions()),
      threads_(io::available_cores()),
      documents_(io::available_cores()),
      bodies_(kMaxBodies) {}

WasmRuntime::~WasmRuntime() { join(); }

void WasmRuntime::join() {
  threads_.join();
  documents_.join();
}

Task<void> WasmRuntime::aside(std::function<void()> work) {
  co_await asio::co_spawn(documents_, perform(std::move(work)), asio::use_awaitable);
}

Task<Result<std::shared_ptr<const wasm::Program>>> WasmRuntime::program(
    asio::any_io_executor loop, std::filesystem::path file) {
  auto module = read_file(file, kMaxModuleBytes);
  if (!module) co_return fail(std::move(module).error());
  const std::string digest = sha256(*module);
  std::shared_ptr<Once> compilation;
  if (auto there = find(digest, compilation)) co_return there;
  Once::Make make = [this, &module] {
    return asio::co_spawn(threads_, compile(runtime_, imports_, *module), asio::use_awaitable);
  };
  auto program = co_await compilation->get(loop, std::move(make));
  if (!program) co_return fail(std::move(program).error());
  const std::lock_guard lock(mutex_);
  Content& content = by_content_[digest];
  content.program = **program;
  // From here on only its holders keep it.
  if (content.compilation == compilation) content.compilation.reset();
  co_return **program;
}

// The program, or the compilation that makes it.
std::shared_ptr<const wasm::Program> WasmRuntime::find(const std::string& digest,
                                                       std::shared_ptr<Once>& compilation) {
  const std::lock_guard lock(mutex_);
  forget_unused();
  Content& content = by_content_[digest];
  if (auto program = content.program.lock()) return program;
  if (!content.compilation) content.compilation = std::make_shared<Once>();
  compilation = content.compilation;
  return nullptr;
}

// Under the lock: of modules that nobody holds, compiles or waits for.
void WasmRuntime::forget_unused() {
  if (by_content_.size() < sweep_at_) return;
  std::erase_if(by_content_, [](const auto& entry) {
    const Content& content = entry.second;
    return content.program.expired() &&
           (!content.compilation || content.compilation.use_count() == 1);
  });
  sweep_at_ = std::max<std::size_t>(64, 2 * by_content_.size());
}

// All of one request; the members' order is the order of their use.
struct WasmWorker::Run {
  // Without folders there is nothing to wait for on other threads.
  Run(abi::LoopServices& services, const abi::WorkerIdentity& identity,
      const http::RequestHead& request, abi::wasi_p1::WasiOptions options, WasmRuntime& wasm,
      std::unique_ptr<wasm::Lease> given)
      : deadline(abi::deadline_after(identity.config.limits.wall)),
        outbound(services, outbound_policy(identity, deadline), http::trace_of(request)),
        timers(abi::wasi_p1::make_loop_timers(services.loop)),
        blocking(options.folders.empty()
                     ? nullptr
                     : abi::wasi_p1::make_thread_blocking(services.loop, wasm.threads())),
        session(
            with_blocking(std::move(options), blocking.get()),
            [&services, &identity](std::string_view line) {
              services.log.info(line, {{"worker", identity.label}});
            },
            services.clock, services.random, *timers, &outbound),
        lease(std::move(given)) {
    lease->set_user(session.as_user());
    lease->set_limits(
        {.cpu = identity.config.limits.cpu, .memory_bytes = identity.config.limits.memory_bytes});
  }

  // A response is given to the guest whole, so it may not be larger than the guest's memory.
  static bindings::FetchPolicy outbound_policy(const abi::WorkerIdentity& identity,
                                               abi::Deadline deadline) {
    auto policy = abi::fetch_policy(identity, deadline);
    const config::WorkerConfig& config = identity.config;
    const auto memory =
        config.limits.memory_bytes == 0 ? kMaxOutboundBytes : config.limits.memory_bytes;
    auto& most = policy.max_response_bytes;
    most = most == 0 ? memory : std::min(most, memory);
    return policy;
  }

  static abi::wasi_p1::WasiOptions with_blocking(abi::wasi_p1::WasiOptions options,
                                                 abi::wasi_p1::Blocking* blocking) {
    options.blocking = blocking;
    return options;
  }

  abi::Deadline deadline;
  OutboundFetch outbound;
  std::unique_ptr<abi::wasi_p1::Timers> timers;
  std::unique_ptr<abi::wasi_p1::Blocking> blocking;
  abi::stdio_json::Session session;
  std::unique_ptr<wasm::Lease> lease;
};

WasmWorker::WasmWorker(WasmRuntime& wasm, ImageBudget& budget, std::filesystem::path file,
                       std::optional<FileStamp> stamp, abi::WorkerIdentity identity)
    : Evictable(budget),
      wasm_(wasm),
      budget_(budget),
      file_(std::move(file)),
      stamp_(stamp),
      identity_(std::move(identity)) {
  using bindings::files::Access;
  for (const auto& folder : identity_.config.folders)
    folders_.push_back(
        {folder.from, folder.to, folder.read_only ? Access::ReadOnly : Access::ReadWrite});
}

abi::wasi_p1::WasiOptions WasmWorker::options(std::string document) const {
  const auto& config = identity_.config;
  abi::wasi_p1::WasiOptions made;
  for (const auto& [name, value] : config.vars) made.environment.push_back(name + "=" + value);
  made.input = std::move(document);
  const auto limit = config.limits.response_bytes;
  made.max_output = kMaxDocument;
  if (limit != 0)
    made.max_output =
        std::min<std::uint64_t>(kMaxDocument, limit * kDocumentFactor + kDocumentOverhead);
  const auto wall = config.limits.wall;
  made.max_wall =
      wall.count() == 0 ? std::chrono::nanoseconds::max() : std::chrono::nanoseconds(wall);
  made.folders = folders_;
  return made;
}

Task<Result<WasmWorker::Loaded>> WasmWorker::make(asio::any_io_executor loop) {
  for (const auto& folder : folders_) WWS_CO_CHECK(bindings::files::check_mount(folder));
  auto program = co_await wasm_.program(loop, file_);
  if (!program) co_return fail(std::move(program).error());
  // Its configuration and the other workers are those of an earlier time.
  if (stamp_ && stamp_of(file_) != stamp_)
    co_return fail(
        ErrorKind::Invalid,
        "the file has changed since the project was loaded: reload it (SIGHUP), or start "
        "with --watch");
  Loaded made{std::move(*program), {}};
  // Else each request would have that memory before the limit is looked at.
  const auto limit = identity_.config.limits.memory_bytes;
  if (const auto bytes = made.program->memory_bytes(); limit != 0 && bytes > limit)
    co_return fail(ErrorKind::Invalid,
                   fmt::format("it starts with {} bytes of memory, more than its limit of {} "
                               "bytes: raise limits.memory",
                               bytes, limit));
  auto entries = abi::stdio_json::entry_points(
      [&](std::string_view name) { return made.program->has_export(name); });
  if (!entries) co_return fail(std::move(entries).error());
  made.entry_points = std::move(*entries);
  co_return made;
}

Task<Result<std::shared_ptr<const WasmWorker::Loaded>>> WasmWorker::loaded(
    abi::LoopServices& services) {
  LoadOnce<Loaded>::Make maker = [this, &services] { return make(services.loop); };
  auto value = co_await loaded_.get(services.loop, std::move(maker));
  // Counted in full for each worker of a module that several share: a reload of it costs little.
  if (value) budget_.admit(*this, wasm::memory_bytes_of(*(*value)->program));
  co_return value;
}

std::shared_ptr<const wasm::Image> WasmWorker::image() const {
  const auto value = loaded_.ready();
  return value ? value->program->base_image() : nullptr;
}

WorkerStatus WasmWorker::status() const {
  WorkerStatus status;
  status.language = "wasm";
  if (const auto value = loaded_.ready()) {
    status.state = WorkerStatus::State::Loaded;
    status.kept = value->program->kept();
    status.why_fresh = value->program->why_fresh();
    status.image_pages = value->program->base_image()->delta_pages();
    status.image_bytes = value->program->base_image()->delta_bytes();
  } else if (const auto failure = loaded_.failure()) {
    status.state = WorkerStatus::State::Broken;
    status.why_broken = failure->to_string();
  }
  return status;
}

Task<Result<void>> WasmWorker::load(abi::LoopServices& services) {
  auto value = co_await loaded(services);
  if (!value) co_return fail(std::move(value).error());
  const auto& program = *(*value)->program;
  if (!program.kept())
    services.log.info(fmt::format("worker \"{}\" gets a new instance for each request: {}",
                                  identity_.label, program.why_fresh()),
                      {{"worker", identity_.label}});
  co_return Result<void>();
}

void WasmWorker::count_limit(abi::LoopServices& services, Run& run, const Error& ended) const {
  auto limit = abi::limit_hit(ended.kind(), run.lease->cpu_used(), identity_.config.limits);
  if (limit == observe::Limit::Memory && run.session.wasi().output_refused())
    limit = observe::Limit::Response;
  if (limit && services.metrics) services.metrics->limited(identity_.number, *limit);
}

Task<Result<JsonResponse>> WasmWorker::run(abi::LoopServices& services, const Loaded& loaded,
                                           http::Exchange& exchange, std::string document,
                                           bindings::KvTransaction* kv, wasm::HeldMemory& held) {
  auto lease = services.pool.try_acquire(loaded.program, loaded.program->base_image());
  if (!lease) {
    lease = co_await services.pool.acquire(loaded.program, loaded.program->base_image());
  }
  if (!*lease) co_return fail(std::move(*lease).error());
  Run run(services, identity_, exchange.request(), options(std::move(document)), wasm_,
          std::move(**lease));
  std::optional<Error> ended;
  for (const auto& entry : loaded.entry_points) {
    auto result = run.lease->try_call(entry, {});
    if (!result) {
      const StopWhenGone watch(exchange, *run.lease);
      result = co_await abi::resume_until(services.loop, *run.lease, run.deadline);
    }
    if (*result) continue;
    ended = result->error();
    break;
  }
  if (ended) count_limit(services, run, *ended);
  if (services.metrics)
    services.metrics->ran(identity_.number, observe::LoopMetrics::TopLevel::FromImage,
                          run.lease->cpu_used(), run.lease->memory().size());
  auto room = co_await room_for(services, exchange, run.session.wasi().output().size(), *run.lease,
                                run.deadline);
  run.lease.reset();
  if (!room) {
    co_await run.outbound.close();
    co_return fail(std::move(room).error());
  }
  held = std::move(*room);
  std::optional<Result<JsonResponse>> read;
  const auto finish = [&] {
    read = run.session.finish(std::move(ended));
    if (!*read || kv == nullptr) return;
    if (auto stored = store(*kv, (*read)->kv); !stored) read = fail(std::move(stored).error());
  };
  const std::uint64_t bytes =
      run.session.wasi().output().size() + (kv == nullptr ? 0 : kv->seen_bytes());
  if (bytes <= kLargeDocument)
    finish();
  else
    co_await wasm_.aside(finish);
  Result<JsonResponse> response = std::move(*read);
  co_await run.outbound.close();
  if (response) held.shrink_to(response->body.size());
  // A limit of the worker's own is its fault; only a full pool means that the server is busy.
  if (!response && response.error().kind() == ErrorKind::Exhausted)
    co_return fail(ErrorKind::GuestFault, response.error().to_string());
  co_return response;
}

Task<void> WasmWorker::serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                             Params params) {
  const auto& config = identity_.config;
  if (config.limits.request_bytes != 0) exchange.set_body_limit(config.limits.request_bytes);
  auto value = loaded_.ready();
  if (!value) {
    auto made = co_await loaded(services);
    if (!made) {
      co_await answer_refusal(services, exchange, identity_, made.error());
      co_return;
    }
    value = std::move(*made);
  }
  mark_used();
  BodyBudget::Share share(wasm_.bodies());
  auto body = co_await read_body(exchange, share, abi::deadline_after(config.limits.wall));
  if (!body && body.error().kind() == ErrorKind::Unsupported) {
    co_await answer_refusal(services, exchange, identity_,
                            Error(ErrorKind::Exhausted, body.error().message()));
    co_return;
  }
  if (!body) {
    co_await answer_bad_body(services, exchange, identity_, body.error().kind());
    co_return;
  }
  JsonRequest request;
  request.url = std::move(url);
  request.method = exchange.request().method;
  for (const auto& header : exchange.request().headers)
    request.headers.emplace_back(header.name, header.value);
  request.body = std::move(*body);
  request.params = std::move(params);
  std::unique_ptr<bindings::KvTransaction> kv;
  if (config.kv_namespace) kv = services.kv.begin(*config.kv_namespace);
  std::string document;
  const auto write = [&] {
    if (kv)
      for (const auto& [key, entry] : kv->entries()) request.kv.emplace_back(key, entry);
    document = abi::stdio_json::write_request(request);
  };
  const std::uint64_t bytes = request.body.size() + (kv ? kv->seen_bytes() : 0);
  if (bytes <= kLargeDocument)
    write();
  else
    co_await wasm_.aside(write);
  wasm::HeldMemory held;
  auto response = co_await run(services, *value, exchange, std::move(document), kv.get(), held);
  if (!response && response.error().kind() == ErrorKind::Gone) co_return;
  if (!response) {
    co_await answer_refusal(services, exchange, identity_, response.error());
    co_return;
  }
  http::ResponseHead head;
  head.status = response->status;
  for (auto& [name, field] : response->headers) head.headers.add(std::move(name), std::move(field));
  auto sent = co_await exchange.respond(std::move(head), std::move(response->body));
  if (!sent && sent.error().kind() != ErrorKind::Gone)
    co_await answer_refusal(services, exchange, identity_, sent.error());
}

// Only what the worker changed is written (see KvTransaction::replace_with).
Result<void> WasmWorker::store(bindings::KvTransaction& kv, abi::stdio_json::Pairs& wanted) {
  bindings::KvMap map;
  for (auto& [key, entry] : wanted) map.insert_or_assign(std::move(key), std::move(entry));
  WWS_CHECK(kv.replace_with(map));
  return kv.commit();
}

}  // namespace wws::worker
