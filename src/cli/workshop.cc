#include "cli/workshop.h"

#include "abi/js/guest_host.h"
#include "cli/embedded_bundler.h"
#include "cli/embedded_engine.h"
#include "cli/surroundings.h"

namespace wws::cli {
namespace {

wasm::RuntimeOptions runtime_options(const Options& options) {
  const auto cache = cache_folder();
  return {.restore = options.fresh_instances ? wasm::RestoreMode::Fresh : wasm::RestoreMode::Auto,
          .cache_folder = cache ? *cache / "modules" : std::filesystem::path(),
          .guest_memory = options.guest_memory};
}

bundler::BundlerOptions bundler_options(const std::filesystem::path& root) {
  const auto cache = cache_folder();
  return {.root = root,
          .cache_folder = cache ? *cache / "bundles" : std::filesystem::path(),
          .kit = embedded_bundler()};
}

}  // namespace

Result<void> open_workshop(Workshop& workshop, const Options& options,
                           const std::filesystem::path& root, const io::Clock& clock,
                           io::Random& random, observe::Log& log) {
  WWS_TRY(workshop.runtime, wasm::make_runtime(runtime_options(options), clock, log));
  WWS_TRY(auto engine, workshop.runtime->load_bundle(embedded_engine(), abi::js::host_functions()));
  workshop.bundler.emplace(bundler_options(root), *workshop.runtime, clock, random, log);
  workshop.js.emplace(std::move(engine), *workshop.bundler);
  workshop.wasm.emplace(*workshop.runtime);
  workshop.images.emplace(options.image_memory);
  workshop.sockets.emplace(options.max_sockets);
  workshop.caches.emplace(clock, options.cache);
  return {};
}

}  // namespace wws::cli
