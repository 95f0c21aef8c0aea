#include "bundler/bundler.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "abi/wasi_p1/wasi.h"
#include "bundler/entry.h"
#include "bundler/esbuild.h"
#include "bundler/fingerprint.h"
#include "bundler/kit.h"
#include "bundler/metafile.h"
#include "bundler/mistakes.h"
#include "bundler/node_modules.h"
#include "bundler/sandbox.h"
#include "bundler/wasm_modules.h"
#include "io/cores.h"

namespace wws::bundler {
namespace {

namespace asio = boost::asio;
using bindings::files::Access;
using bindings::files::Mount;

constexpr std::chrono::seconds kKeepTools{10};
constexpr std::uint64_t kMostKept = 256u << 20;

std::vector<std::string> flags_of(const std::vector<std::string>& outside) {
  std::vector<std::string> flags = {
      "--bundle",
      "--format=esm",
      "--target=es2024",
      "--outfile=/bundle.js",
      "--sourcemap=external",
      "--sources-content=true",
      "--metafile",
      "--charset=utf8",
      "--legal-comments=none",
      "--log-level=silent",
      "--log-limit=0",
      "--log-override:ignored-bare-import=silent",
      "--jsx=automatic",
      // As the neighbours resolve packages: what is made for workers, then for browsers.
      "--platform=browser",
      "--main-fields=browser,module,main",
      "--conditions=worker,workerd",
      "--define:global=globalThis",
      "--define:process.env.NODE_ENV=\"production\"",
      "--external:wws:*",
      fmt::format("--inject:{}/globals.js", kNodeFolder),
      // Files that are given as they are; .wasm then becomes a module (wasm_modules.h).
      "--loader:.wasm=binary",
      "--loader:.bin=binary",
      "--loader:.txt=text",
      "--loader:.text=text",
      "--loader:.html=text",
      "--loader:.css=text",
      "--loader:.md=text",
      "--loader:.sql=text",
      "--loader:.svg=text",
      "--loader:.xml=text",
      "--loader:.csv=text",
  };
  for (const NodeModule& module : node_modules())
    for (const std::string_view prefix : {"", "node:"})
      flags.push_back(
          fmt::format("--alias:{}{}={}/{}", prefix, module.name, kNodeFolder, module.file));
  for (const std::string& name : outside) flags.push_back("--external:" + name);
  return flags;
}

Task<Result<Bundle>> run_here(Bundler& bundler, const std::string& file) {
  co_return bundler.bundle_now(file);
}

std::string text_of(const External& external) {
  return fmt::format("{}, imported by {}", external.name, fmt::join(external.chain, " -> "));
}

// What says that nothing of a module can be had: an import that is not there at once.
Error missing_module(const External& external) {
  return Error(ErrorKind::GuestFault,
               fmt::format("{}: cannot import \"{}\": a worker has no such module of Node's. {}\n"
                           "imported by {}",
                           external.chain.back(), external.name, way_out(external.name),
                           fmt::join(external.chain, "\n         -> ")));
}

}  // namespace

struct Bundler::Tools {
  std::unique_ptr<ScratchFolder> folder;
  std::shared_ptr<const wasm::Program> esbuild;
};

Bundler::Bundler(BundlerOptions options, wasm::Runtime& runtime, const io::Clock& clock,
                 io::Random& random, observe::Log& log)
    : options_(std::move(options)),
      runtime_(runtime),
      clock_(clock),
      random_(random),
      log_(log),
      threads_(io::available_cores()),
      idle_(threads_) {
  if (options_.cache_folder.empty()) return;
  auto opened = wasm::ModuleCache::open(options_.cache_folder, {.bytes = kMostKept});
  if (opened)
    cache_ = *std::move(opened);
  else
    log_.warn("bundled workers are not kept on disk, so each start bundles them anew",
              {{"why", opened.error().to_string()}});
}

Bundler::~Bundler() { join(); }

void Bundler::join() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    idle_.cancel();
  }
  threads_.join();
}

Task<Result<Bundle>> Bundler::bundle(std::string file) {
  auto made = co_await asio::co_spawn(threads_, run_here(*this, file), asio::use_awaitable);
  co_return made;
}

Result<Bundle> Bundler::bundle_now(const std::string& file) {
  if (auto kept = find(file)) return std::move(*kept);
  return make(file);
}

Result<std::shared_ptr<const Bundler::Tools>> Bundler::tools() {
  const std::lock_guard lock(mutex_);
  if (!tools_) {
    WWS_TRY(tools_, open_tools());
  }
  return tools_;
}

Result<std::shared_ptr<const Bundler::Tools>> Bundler::open_tools() const {
  WWS_TRY(const Kit kit, read_kit(options_.kit));
  auto tools = std::make_shared<Tools>();
  WWS_TRY(tools->folder, ScratchFolder::create());
  for (const auto& [name, file] : kit.files) {
    if (name == kEsbuildFile) continue;
    WWS_TRY(const std::string content, unpack(file));
    WWS_CHECK(tools->folder->write(name, content));
  }
  WWS_TRY(const std::string esbuild, unpack(kit.files.at(kEsbuildFile)));
  WWS_TRY(tools->esbuild, runtime_.load_bundle(as_bytes(esbuild), abi::wasi_p1::host_functions()));
  return std::shared_ptr<const Tools>(std::move(tools));
}

// Each use puts the end off.
void Bundler::release_later() {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  idle_.expires_after(kKeepTools);
  idle_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    const std::lock_guard inner(mutex_);
    tools_.reset();
  });
}

Result<Bundle> Bundler::make(const std::string& file) {
  const auto began = clock_.monotonic();
  WWS_TRY(const auto tools, this->tools());
  release_later();
  const auto run = [&](const std::vector<std::string>& outside) -> Result<Built> {
    SandboxRun wanted;
    wanted.arguments = {"esbuild", fmt::format("--service={}", kEsbuildVersion)};
    wanted.input = build_request(flags_of(outside), "/" + file);
    wanted.folders = {{options_.root.string(), "/", Access::ReadOnly},
                      {tools->folder->path().string(), std::string(kNodeFolder), Access::ReadOnly}};
    WWS_TRY(const std::string output,
            run_in_sandbox(runtime_, tools->esbuild, std::move(wanted), clock_, random_));
    return read_answer(output);
  };
  WWS_TRY(Built built, run({}));
  // Again, for the way that leads to what is not there, or where it may not even be asked for.
  const std::vector<std::string> outside = missing_node_modules(built.errors);
  if (!outside.empty()) {
    WWS_TRY(built, run(outside));
  }
  if (!built.errors.empty()) return fail(error_of(built.errors));
  WWS_TRY(Metafile metafile, read_metafile(built.metafile));
  Bundle bundle;
  for (const External& external : metafile.externals) {
    // TypeScript drops an import that nothing but types is used of; esbuild lists it without a
    // look.
    if (std::ranges::find(outside, external.name) == outside.end()) continue;
    if (!external.required) return fail(missing_module(external));
    bundle.missing.push_back(text_of(external));
  }
  WWS_TRY(auto map, sourcemap::SourceMap::parse(built.map));
  bundle.map = std::make_shared<const sourcemap::SourceMap>(std::move(map));
  bundle.code = with_wasm_modules(built.code);
  bundle.inputs = std::move(metafile.inputs);
  for (const Message& warning : built.warnings) log_.warn(text_of(warning));
  keep(file, bundle, built.map);
  log_.info(fmt::format("bundled {} from {} {} in {} ms", file, bundle.inputs.size(),
                        bundle.inputs.size() == 1 ? "file" : "files",
                        (clock_.monotonic() - began).count() / 1'000'000));
  return bundle;
}

wasm::Digest Bundler::key_of(const std::string& file) const {
  const std::string root = options_.root.string();
  const auto kit = read_kit(options_.kit);
  const std::string_view parts[] = {kEntryVersion, kit ? kit->id : std::string_view(), root, file};
  return wasm::digest_of(parts);
}

std::optional<Bundle> Bundler::find(const std::string& file) const {
  if (!cache_) return std::nullopt;
  const auto entry = cache_->find(key_of(file));
  return entry ? read_entry(*entry, options_.root) : std::nullopt;
}

void Bundler::keep(const std::string& file, const Bundle& bundle, std::string_view map) {
  if (!cache_) return;
  auto stored = cache_->store(key_of(file), write_entry(bundle, map, options_.root));
  if (!stored)
    log_.warn("a bundled worker is not kept on disk", {{"why", stored.error().to_string()}});
}

}  // namespace wws::bundler
