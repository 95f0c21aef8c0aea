// Counts what a request costs in ways that do not depend on the machine: instructions that the
// guest runs, pages that it dirties, memory that the host allocates. Prints "name,count" lines,
// which bench/regression.py compares with bench/regression.csv.
//
//   wws_counts CACHE_FOLDER      compiling the engine so that it counts takes long: once
//
// Exits with 77 where instances cannot be kept, which has no dirty pages to count.
#include <atomic>
#include <new>

#include "http/h1/parser.h"
#include "micro/rig.h"
#include "micro/silent_host.h"
#include "router/router.h"

namespace {

std::atomic<std::uint64_t> allocations;

void* counted(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* const memory =
      alignment == 0
          ? std::malloc(size)
          : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return counted(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace wws::bench {
namespace {

constexpr int kSkipped = 77;

void tell(const std::string& name, std::uint64_t count) {
  std::printf("%s,%llu\n", name.c_str(), static_cast<unsigned long long>(count));
}

// ---- What the guest does ----

// The engine compiled so that it counts; without the bundle that servers have, so it starts itself.
class CountingEngine final {
 public:
  explicit CountingEngine(const std::filesystem::path& cache) {
    wasm::RuntimeOptions options;
    options.cache_folder = cache;
    options.count_instructions = true;
    options.slice = std::chrono::seconds(60);
    runtime_ = must(wasm::make_runtime(options, clock_, log_), "the runtime");
    if (!runtime_->keeps_instances()) {
      std::fprintf(stderr, "instances are not kept here: %s\n", runtime_->why_not_kept().c_str());
      std::exit(kSkipped);
    }
    const std::string engine = must(read_file(WWS_ENGINE_WASM, 64u << 20), WWS_ENGINE_WASM);
    program_ = must(runtime_->compile(as_bytes(engine), abi::js::host_functions()), "the engine");
    pool_ = runtime_->make_pool(loop_.get_executor(), {});
    started_ = start();
  }

  std::shared_ptr<const wasm::Image> load(const Sample& sample) {
    const abi::js::Pairs none;
    const std::string source =
        must(read_file(std::string(WWS_BENCH_APPS "/") + sample.file, 1u << 20), sample.file);
    auto lease = begin(started_);
    send(*lease, "wws_compile",
         encode(abi::js::CompileMessage{WWS_COMPILE_AUTO, sample.file, source, none}));
    call(*lease, "wws_evaluate", {});
    auto image = must(lease->snapshot(), "the worker's image");
    lease->mark_unclean();
    return image;
  }

  // A request with the body in its message, on a restored instance.
  void count(const Sample& sample) {
    const auto image = load(sample);
    tell("image_pages_" + std::string(sample.name), image->delta_pages());
    const abi::js::Pairs none;
    std::string message;
    const std::uint32_t flags =
        sample.request.body.empty() ? 0u : unsigned{WWS_REQUEST_BODY_INLINE};
    encode(abi::js::RequestMessage{flags, sample.request.method,
                                   "http://localhost" + sample.request.target,
                                   sample.request.headers, none, sample.request.body},
           message);
    // The first one finds an instance that is new.
    for (int i = 0; i < 2; ++i) {
      auto lease = begin(image);
      const int before = host_.answers();
      send(*lease, "wws_request", message);
      if (host_.answers() != before + 1) {
        std::fprintf(stderr, "%s: no answer\n", sample.file);
        std::exit(1);
      }
      if (i == 0) continue;
      tell("instructions_" + std::string(sample.name), lease->instructions());
      tell("dirty_pages_" + std::string(sample.name), lease->dirty_pages());
    }
  }

 private:
  std::shared_ptr<const wasm::Image> start() {
    auto lease = begin(program_->base_image());
    call(*lease, "_initialize", {});
    call(*lease, "wws_init", {});
    tell("instructions_start", lease->instructions());
    auto image = must(lease->snapshot(), "the engine's image");
    tell("image_pages_engine", image->delta_pages());
    lease->mark_unclean();
    return image;
  }
  std::unique_ptr<wasm::Lease> begin(const std::shared_ptr<const wasm::Image>& image) {
    auto lease = must(std::move(*pool_->try_acquire(program_, image)), "a lease");
    lease->set_user(static_cast<abi::js::GuestHost*>(&host_));
    lease->set_limits({.cpu = std::chrono::nanoseconds(0), .memory_bytes = 0});
    return lease;
  }
  std::int32_t call(wasm::Lease& lease, const char* function,
                    std::span<const wasm::Value> arguments) {
    auto result = lease.try_call(function, arguments);
    if (!result) {
      std::fprintf(stderr, "%s: took longer than a minute\n", function);
      std::exit(1);
    }
    const std::int32_t state = must(std::move(*result), function).i32;
    if (state >= 0) return state;
    std::fprintf(stderr, "%s: %d\n", function, state);
    std::exit(1);
  }
  void send(wasm::Lease& lease, const char* function, const std::string& message) {
    wasm::Value arguments[2];
    arguments[0].i32 = static_cast<std::int32_t>(message.size());
    const std::int32_t at = call(lease, "wws_alloc", {arguments, 1});
    auto memory = lease.memory();
    if (!memory.write(static_cast<std::uint32_t>(at), as_bytes(message))) std::exit(1);
    arguments[1] = arguments[0];
    arguments[0].i32 = at;
    call(lease, function, arguments);
  }

  io::SystemClock clock_;
  observe::MemoryLog log_;
  boost::asio::io_context loop_{1};
  std::unique_ptr<wasm::Runtime> runtime_;
  std::shared_ptr<const wasm::Program> program_;
  std::unique_ptr<wasm::InstancePool> pool_;
  SilentHost host_;
  std::shared_ptr<const wasm::Image> started_;
};

// ---- What the host does ----

// Allocations of the tenth run: caches are full by then.
template <typename Work>
void count_allocations(const std::string& name, Work work) {
  for (int i = 0; i < 9; ++i) work();
  const std::uint64_t before = allocations.load();
  work();
  tell("allocations_" + name, allocations.load() - before);
}

constexpr std::string_view kRequest =
    "GET /items?page=3&sort=price HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.8,de;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n";

void count_host() {
  Rig rig(WWS_ENGINE_BUNDLE, WWS_BENCH_APPS);
  for (const Sample& sample : samples()) {
    const auto worker = rig.worker(sample.file);
    count_allocations("request_" + std::string(sample.name), [&] {
      http::MemoryExchange exchange(sample.request);
      rig.ask(*worker, exchange);
    });
  }
  http::h1::RequestParser parser({});
  std::string body;
  count_allocations("parse", [&] {
    if (parser.parse(kRequest, body).event != http::h1::ParserEvent::Complete) std::exit(1);
    parser.next();
  });
  const auto router =
      router::Router::build({"index.js", "api/users/[id].js", "api/[...rest].js"}, "").router;
  count_allocations("route", [&] {
    if (!router.match("/api/users/42")) std::exit(1);
  });
}

}  // namespace
}  // namespace wws::bench

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: wws_counts CACHE_FOLDER\n");
    return 2;
  }
  wws::bench::CountingEngine engine(arguments[1]);
  for (const auto& sample : wws::bench::samples()) engine.count(sample);
  wws::bench::count_host();
}
