#include "worker/js_worker.h"

#include <fmt/format.h>

#include "base/read_file.h"
#include "bundler/imports.h"
#include "worker/refusal.h"

namespace wws::worker {
namespace {

constexpr std::uintmax_t kMaxScriptBytes = 32u << 20;
// What a loaded script costs: its pages, and what else is made for it.
constexpr std::uint64_t kOverhead = 1024;

// A script that fails may have asked for what is not there.
Error told_of(Error error, const std::vector<std::string>& missing) {
  if (missing.empty() || error.kind() != ErrorKind::GuestFault) return error;
  std::string text = error.to_string();
  for (const auto& module : missing) text += "\nnot there: " + module;
  return Error(error.kind(), text);
}

// The session borrows its worker, which nobody else may need any more.
Task<void> finish_later(std::shared_ptr<const Worker> worker,
                        std::unique_ptr<abi::js::Session> session) {
  co_await session->extend();
  co_await session->close();
  session.reset();
  (void)worker;
}

}  // namespace

Task<Result<std::shared_ptr<const abi::js::Engine>>> JsRuntime::engine(
    abi::LoopServices& services) {
  auto make = [this, &services] { return abi::js::Engine::create(program_, services); };
  auto engine = co_await engine_.get(services.loop, std::move(make));
  if (!engine) co_return fail(std::move(engine).error().with_context("JavaScript engine"));
  co_return **engine;
}

JsWorker::JsWorker(JsRuntime& js, ImageBudget& budget, std::filesystem::path file,
                   abi::WorkerIdentity identity)
    : Evictable(budget),
      js_(js),
      budget_(budget),
      file_(std::move(file)),
      identity_(std::move(identity)) {}

Task<Result<JsWorker::Loaded>> JsWorker::make(abi::LoopServices& services) {
  Loaded result;
  auto engine = co_await js_.engine(services);
  if (!engine) co_return fail(std::move(engine).error());
  result.engine = std::move(*engine);
  std::vector<std::string> missing;
  auto made = co_await script(missing);
  if (!made) co_return fail(std::move(made).error());
  auto loaded = co_await result.engine->load(services, std::move(*made));
  if (!loaded) co_return fail(told_of(std::move(loaded).error(), missing));
  result.script = std::move(*loaded);
  if (result.script.replayed && !told_replayed_.exchange(true))
    services.log.info(fmt::format("worker \"{}\" is evaluated at each request: {}", identity_.label,
                                  result.script.why_replayed),
                      {{"worker", identity_.label}});
  co_return result;
}

Task<Result<abi::js::Script>> JsWorker::script(std::vector<std::string>& missing) {
  abi::js::Script script{identity_.file,  "", abi::js::ScriptKind::Detect, nullptr, identity_.label,
                         identity_.config};
  if (identity_.source) {
    script.source = *identity_.source;
  } else {
    WWS_CO_TRY(script.source, read_file(file_, kMaxScriptBytes));
  }
  if (!bundler::needs_bundling(identity_.file, script.source)) co_return script;
  // Made once: what is loaded anew, after it was dropped, is of the same files.
  if (!bundle_) {
    WWS_CO_TRY(auto made, co_await js_.bundler().bundle(identity_.file));
    bundle_ = std::make_unique<const bundler::Bundle>(std::move(made));
  }
  script.source = bundle_->code;
  script.kind = abi::js::ScriptKind::Module;
  script.stacks =
      std::make_shared<const abi::js::StackMap>(abi::js::StackMap{identity_.file, bundle_->map});
  missing = bundle_->missing;
  co_return script;
}

Task<Result<std::shared_ptr<const JsWorker::Loaded>>> JsWorker::loaded(
    abi::LoopServices& services) {
  std::function<Task<Result<Loaded>>()> maker = [this, &services] { return make(services); };
  auto value = co_await loaded_.get(services.loop, std::move(maker));
  if (value) budget_.admit(*this, (*value)->script.image->delta_bytes() + kOverhead);
  co_return value;
}

WorkerStatus JsWorker::status() const {
  WorkerStatus status;
  status.language = "javascript";
  if (const auto value = loaded_.ready()) {
    const wasm::Program& program = *value->engine->program();
    status.state = WorkerStatus::State::Loaded;
    status.replayed = value->script.replayed;
    status.why_replayed = value->script.why_replayed;
    status.kept = program.kept();
    status.why_fresh = program.why_fresh();
    status.image_pages = value->script.image->delta_pages();
    status.image_bytes = value->script.image->delta_bytes();
    status.doubt = value->script.doubt;
  } else if (const auto failure = loaded_.failure()) {
    status.state = WorkerStatus::State::Broken;
    status.why_broken = failure->to_string();
  }
  return status;
}

std::shared_ptr<const wasm::Image> JsWorker::image() const {
  const auto value = loaded_.ready();
  return value ? value->script.image : nullptr;
}

Task<Result<void>> JsWorker::load(abi::LoopServices& services) {
  auto value = co_await loaded(services);
  if (!value) co_return fail(std::move(value).error());
  co_return Result<void>();
}

Task<void> JsWorker::serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                           Params params) {
  const auto bound = identity_.config.limits.request_bytes;
  if (bound != 0) exchange.set_body_limit(bound);
  if (bound != 0 && exchange.length().value_or(0) > bound) {
    co_await answer_bad_body(services, exchange, identity_, ErrorKind::Exhausted);
    co_return;
  }
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
  const auto& program = value->engine->program();
  auto lease = services.pool.try_acquire(program, value->script.image);
  if (!lease) {
    lease = co_await services.pool.acquire(program, value->script.image);
  }
  if (!*lease) {
    co_await answer_refusal(services, exchange, identity_, lease->error());
    co_return;
  }
  auto session = std::make_unique<abi::js::Session>(services, identity_, std::move(**lease),
                                                    value->script.stacks);
  const auto evaluate =
      value->script.replayed ? abi::js::Session::Evaluate::Yes : abi::js::Session::Evaluate::No;
  const bool more =
      co_await session->respond(exchange, url, params, evaluate, value->engine->mailbox());
  if (more) {
    services.background.spawn(finish_later(shared_from_this(), std::move(session)));
    co_return;
  }
  if (!session->close_now()) {
    co_await session->close();
  }
}

}  // namespace wws::worker
