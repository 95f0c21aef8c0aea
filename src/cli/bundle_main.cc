// Build tool: turns the engine module into the bundle that the server embeds: checked, compiled
// ahead of time, and with its memory as it is after the engine's start.
//
//   wws_bundle ENGINE.wasm OUTPUT
//   wws_bundle --module MODULE.wasm OUTPUT    any other proven module, as it is instantiated
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <fstream>

#include "abi/js/engine.h"
#include "abi/js/guest_host.h"
#include "base/read_file.h"
#include "wasm/bundle_module.h"

namespace {

namespace asio = boost::asio;
using wws::Result;

constexpr std::uint64_t kMaxEngineBytes = 64u << 20;

Result<void> write_file(const char* path, const std::string& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream << bytes;
  stream.close();
  if (!stream) return wws::fail(wws::ErrorKind::Denied, std::string("cannot write ") + path);
  return {};
}

wws::Task<void> initialize(std::shared_ptr<const wws::wasm::Program> program,
                           wws::wasm::InstancePool& pool, wws::io::Clock& clock,
                           wws::io::Random& random, wws::observe::Log& log,
                           Result<std::shared_ptr<const wws::wasm::Image>>& out) {
  out = co_await wws::abi::js::Engine::initialize(std::move(program), pool, clock, random, log);
}

Result<void> bundle(const char* input, const char* output) {
  wws::io::SystemClock clock;
  wws::io::SystemRandom random;
  const auto log =
      wws::observe::make_stderr_log(wws::observe::Level::Warn, wws::observe::LogFormat::Text);
  WWS_TRY(const std::string wasm, wws::read_file(input, kMaxEngineBytes));
  WWS_TRY(const auto runtime, wws::wasm::make_runtime({}, clock, *log));
  WWS_TRY(const auto program,
          runtime->compile(wws::as_bytes(wasm), wws::abi::js::host_functions()));
  if (!program->kept() && runtime->keeps_instances())
    return wws::fail(wws::ErrorKind::Invalid,
                     "the engine cannot be kept between requests: " + program->why_fresh());
  asio::io_context loop{1};
  Result<std::shared_ptr<const wws::wasm::Image>> image =
      wws::fail(wws::ErrorKind::Internal, "the engine's start did not end");
  {
    const auto pool = runtime->make_pool(loop.get_executor(), {});
    asio::co_spawn(loop, initialize(program, *pool, clock, random, *log, image),
                   [](std::exception_ptr) {});
    loop.run();
  }
  if (!image) return wws::fail(std::move(image).error());
  WWS_TRY(const std::string bytes, runtime->bundle(wws::as_bytes(wasm), *program, **image));
  std::printf("engine bundle: %zu KiB, %zu image pages\n", bytes.size() >> 10,
              (*image)->delta_pages());
  return write_file(output, bytes);
}

Result<void> bundle_module(const char* input, const char* output) {
  WWS_TRY(const std::string wasm, wws::read_file(input, kMaxEngineBytes));
  WWS_TRY(const std::string bytes, wws::wasm::bundle_module(wws::as_bytes(wasm)));
  return write_file(output, bytes);
}

}  // namespace

int main(int argc, char** argv) {
  const bool plain = argc == 4 && std::string_view(argv[1]) == "--module";
  if (argc != 3 && !plain) {
    std::fprintf(stderr, "usage: wws_bundle [--module] MODULE.wasm OUTPUT\n");
    return 2;
  }
  const auto done = plain ? bundle_module(argv[2], argv[3]) : bundle(argv[1], argv[2]);
  if (done) return 0;
  std::fprintf(stderr, "wws_bundle: %s\n", done.error().to_string().c_str());
  return 1;
}
