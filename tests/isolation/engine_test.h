// EngineTest: the real engine behind workers, without a network: requests are MemoryExchanges, the
// log is kept, the loop is the test's own. The parameter says whether instances are kept.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "abi/js/guest_host.h"
#include "base/read_file.h"
#include "http/client/client.h"
#include "http/memory_exchange.h"
#include "worker/js_worker.h"

namespace wws {

class EngineTest : public testing::TestWithParam<wasm::RestoreMode> {
 protected:
  EngineTest() {
    wasm::RuntimeOptions options;
    options.restore = GetParam();
    options.check_every_restore = true;
    runtime_ = wasm::make_runtime(options, clock_, log_).value();
    bundle_ = read_file(WWS_ENGINE_BUNDLE, 64u << 20).value();
    auto program = runtime_->load_bundle(as_bytes(bundle_), abi::js::host_functions());
    EXPECT_TRUE(program.has_value()) << program.error().to_string();
    bundler_.emplace(bundler::BundlerOptions{WWS_ISOLATION_FOLDER, {}, {}}, *runtime_, clock_,
                     random_, log_);
    js_ = std::make_unique<worker::JsRuntime>(*program, *bundler_);
    pool_ = runtime_->make_pool(loop_.get_executor(), {});
    client_ = http::make_client(loop_, {}).value();
    fetcher_ = std::make_unique<bindings::Fetcher>(*client_);
    background_.emplace(loop_.get_executor());
    offload_.emplace(loop_.get_executor());
    services_.emplace(abi::LoopServices{loop_.get_executor(), *pool_, *fetcher_, kv_, caches_,
                                        clock_, random_, log_, *background_, *offload_});
    config_.limits.cpu = std::chrono::milliseconds(300);
    config_.limits.wall = std::chrono::milliseconds(2000);
  }

  // A worker of tests/isolation/, with config_ as it is now.
  std::shared_ptr<worker::JsWorker> worker(const std::string& file) {
    abi::WorkerIdentity identity{file, "/" + file, config_};
    identity.file = file;
    return std::make_shared<worker::JsWorker>(
        *js_, images_, std::string(WWS_ISOLATION_FOLDER) + "/" + file, std::move(identity));
  }

  // Runs one request to its end.
  void ask(worker::Worker& worker, http::MemoryExchange& exchange) {
    bool done = false;
    boost::asio::co_spawn(
        loop_,
        worker.serve(*services_, exchange, "http://localhost" + exchange.request().target, {}),
        [&](std::exception_ptr error) {
          EXPECT_EQ(error, nullptr);
          done = true;
        });
    loop_.restart();
    while (!done) loop_.run_one();
  }

  std::string get(worker::Worker& worker, const std::string& target) {
    http::MemoryExchange exchange({.target = target});
    ask(worker, exchange);
    return std::to_string(exchange.head().status) + " " + exchange.body();
  }

  // Whether the bytes are anywhere in the memory that the next lease of this pool gets.
  bool memory_holds(const std::string& bytes) {
    auto lease = pool_->try_acquire(js_->program(), js_->program()->base_image());
    EXPECT_TRUE(lease.has_value() && lease->has_value());
    const auto memory = (**lease)->memory();
    const auto view = as_text(*memory.view(0, memory.size()));
    return view.find(bytes) != std::string_view::npos;
  }

  io::SystemClock clock_;
  io::SystemRandom random_;
  observe::MemoryLog log_;
  boost::asio::io_context loop_{1};
  std::string bundle_;
  std::unique_ptr<wasm::Runtime> runtime_;
  std::optional<bundler::Bundler> bundler_;  // without esbuild: no script here needs it
  std::unique_ptr<worker::JsRuntime> js_;
  std::unique_ptr<wasm::InstancePool> pool_;
  std::unique_ptr<http::Client> client_;
  std::unique_ptr<bindings::Fetcher> fetcher_;
  bindings::KvStore kv_;
  bindings::CacheStore caches_{clock_};
  worker::ImageBudget images_{0};
  std::optional<io::TaskGroup> background_;
  std::optional<io::Offload> offload_;
  std::optional<abi::LoopServices> services_;
  config::WorkerConfig config_;
};

inline std::string restore_mode_name(const testing::TestParamInfo<wasm::RestoreMode>& mode) {
  return mode.param == wasm::RestoreMode::Auto ? "Kept" : "Fresh";
}

}  // namespace wws
