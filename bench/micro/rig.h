// Rig: the real engine behind workers without a network. Requests are MemoryExchanges; the loop is
// the rig's own, and runs only while a request is asked.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>

#include "abi/js/guest_host.h"
#include "base/read_file.h"
#include "http/client/client.h"
#include "http/memory_exchange.h"
#include "worker/js_worker.h"

namespace wws::bench {

// What a program that measures cannot do without.
template <typename T>
T must(Result<T> result, const char* what) {
  if (!result) {
    std::fprintf(stderr, "%s: %s\n", what, result.error().to_string().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Rig final {
 public:
  // `apps`: the folder of the scripts.
  Rig(const std::string& bundle_file, std::string apps) : apps_(std::move(apps)) {
    wasm::RuntimeOptions options;
    runtime_ = must(wasm::make_runtime(options, clock_, log_), "the runtime");
    const std::string bundle = must(read_file(bundle_file, 64u << 20), bundle_file.c_str());
    program_ = must(runtime_->load_bundle(as_bytes(bundle), abi::js::host_functions()), "engine");
    bundler_.emplace(bundler::BundlerOptions{apps_, {}, {}}, *runtime_, clock_, random_, log_);
    js_ = std::make_unique<worker::JsRuntime>(program_, *bundler_);
    pool_ = runtime_->make_pool(loop_.get_executor(), {});
    client_ = must(http::make_client(loop_, {}), "the client");
    fetcher_ = std::make_unique<bindings::Fetcher>(*client_);
    background_.emplace(loop_.get_executor());
    offload_.emplace(loop_.get_executor());
    services_.emplace(abi::LoopServices{loop_.get_executor(), *pool_, *fetcher_, kv_, caches_,
                                        clock_, random_, log_, *background_, *offload_});
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  // The script of the folder, loaded.
  std::shared_ptr<worker::JsWorker> worker(const std::string& file) {
    abi::WorkerIdentity identity{file, "/" + file, config_};
    identity.file = file;
    auto made =
        std::make_shared<worker::JsWorker>(*js_, images_, apps_ + "/" + file, std::move(identity));
    run(load(*made));
    return made;
  }

  // One request to its end; ends the program when the answer is not 200.
  void ask(worker::Worker& worker, http::MemoryExchange& exchange) {
    run(worker.serve(*services_, exchange, "http://localhost" + exchange.request().target, {}));
    if (exchange.head().status == 200) return;
    std::fprintf(stderr, "%s: status %d\n%s", worker.identity().file.c_str(),
                 exchange.head().status, exchange.body().c_str());
    for (const auto& record : log_.records()) std::fprintf(stderr, "%s\n", record.text.c_str());
    std::exit(1);
  }

  std::unique_ptr<wasm::Lease> lease(const std::shared_ptr<const wasm::Image>& image) {
    auto lease = pool_->try_acquire(program_, image);
    return must(std::move(*lease), "a lease");
  }
  // Runs a call on that did not end in its slice.
  Result<wasm::Value> resume(wasm::Lease& lease) {
    Result<wasm::Value> result;
    run(resume_into(lease, result));
    return result;
  }

 private:
  Task<void> load(worker::JsWorker& worker) {
    auto loaded = co_await worker.load(*services_);
    must(std::move(loaded), "a worker");
  }

  static Task<void> resume_into(wasm::Lease& lease, Result<wasm::Value>& out) {
    auto result = co_await lease.resume();
    out = std::move(result);
  }

  void run(Task<void> task) {
    bool done = false;
    boost::asio::co_spawn(loop_, std::move(task), [&done](std::exception_ptr) { done = true; });
    loop_.restart();
    while (!done) loop_.run_one();
  }

  std::string apps_;
  io::SystemClock clock_;
  io::SystemRandom random_;
  observe::MemoryLog log_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<wasm::Runtime> runtime_;
  std::shared_ptr<const wasm::Program> program_;
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

// What a browser sends; names as they come over HTTP/1.
inline http::Headers browser_headers() {
  http::Headers headers;
  headers.add("Host", "localhost:8080");
  headers.add("User-Agent",
              "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
              "Chrome/126.0.0.0 Safari/537.36");
  headers.add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  headers.add("Accept-Language", "en-GB,en;q=0.8,de;q=0.5");
  headers.add("Accept-Encoding", "gzip, deflate, br, zstd");
  headers.add("Cookie", "session=0123456789abcdef0123456789abcdef; theme=dark");
  headers.add("Referer", "http://localhost:8080/items?page=3");
  headers.add("Cache-Control", "max-age=0");
  return headers;
}

// 25 items, as bench/apps/json.js writes them.
inline std::string json_items() {
  std::string text = R"({"items":[)";
  for (int i = 0; i < 25; ++i) {
    if (i > 0) text += ',';
    const std::string number = std::to_string(i);
    text += R"({"id":)" + number + R"(,"name":"Item )" + number + R"(","price":{"amount":)" +
            std::to_string(i * 1999 % 10000) +
            R"(,"currency":"EUR"},"tags":["red","green"],"available":true})";
  }
  return text + "]}";
}

// A request of each application that is measured here.
struct Sample {
  const char* name;
  const char* file;
  http::MemoryExchange::Request request;
};

inline std::vector<Sample> samples() {
  const http::Headers headers = browser_headers();
  return {
      {"hello", "hello.js", {.headers = headers}},
      {"json", "json.js", {.target = "/?first=7&currency=USD", .headers = headers}},
      {"json_in", "json-in.js", {.method = "POST", .headers = headers, .body = json_items()}},
      {"headers", "headers.js", {.headers = headers}},
      {"template", "template.js", {.target = "/?title=Ten%20things", .headers = headers}},
  };
}

}  // namespace wws::bench
