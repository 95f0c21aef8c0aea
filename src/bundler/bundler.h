// Bundler: makes one script of a worker in TypeScript, or of one that imports other files.
//
// esbuild does it, as a WebAssembly module in a sandbox of ours: it reads the project and nothing
// else, with limits, and keeps nothing between two scripts. What it makes is kept on disk, as long
// as the files that it was made of are the same; esbuild itself is taken out of the program when it
// is needed, and given back when it was not for a while.
//
// Thread-safe. `runtime`, `clock`, `random`, `log` and the kit's bytes outlive it. The destructor
// waits for the work under way.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/clock.h"
#include "io/random.h"
#include "io/task.h"
#include "observe/log.h"
#include "sourcemap/source_map.h"
#include "wasm/module_cache.h"
#include "wasm/runtime.h"

namespace wws::bundler {

struct Bundle {
  std::string code;  // one ECMAScript module
  std::shared_ptr<const sourcemap::SourceMap> map;
  // The files of the project that it was made of, relative to the root: whoever watches for
  // changes watches these.
  std::vector<std::string> inputs;
  // Of Node's modules that workers have not, those that it asks for while it runs: "node:fs,
  // imported by a.ts -> node_modules/b/index.js". A worker that fails to load is told of them.
  std::vector<std::string> missing;
};

struct BundlerOptions {
  std::filesystem::path root;          // of the project, canonical
  std::filesystem::path cache_folder;  // of the bundles; empty: none. As RuntimeOptions has it
  ByteView kit;                        // what build_bundler.py made
};

class ScratchFolder;

class Bundler final {
 public:
  Bundler(BundlerOptions options, wasm::Runtime& runtime, const io::Clock& clock,
          io::Random& random, observe::Log& log);
  ~Bundler();
  // Waits for what is under way; nothing is bundled after. May be called again.
  void join();
  Bundler(const Bundler&) = delete;
  Bundler& operator=(const Bundler&) = delete;

  // Bundles the file of the project, relative to its root. Errors: GuestFault, a mistake in the
  // project: each as "file:line:column: what", with the line; Internal, TimedOut, Exhausted.
  Task<Result<Bundle>> bundle(std::string file);
  // The same on the calling thread.
  [[nodiscard]] Result<Bundle> bundle_now(const std::string& file);

 private:
  // esbuild, ready to run, and the stand-ins that it reads.
  struct Tools;

  [[nodiscard]] Result<std::shared_ptr<const Tools>> tools();
  [[nodiscard]] Result<std::shared_ptr<const Tools>> open_tools() const;
  void release_later();
  [[nodiscard]] Result<Bundle> make(const std::string& file);
  [[nodiscard]] wasm::Digest key_of(const std::string& file) const;
  [[nodiscard]] std::optional<Bundle> find(const std::string& file) const;
  void keep(const std::string& file, const Bundle& bundle, std::string_view map);

  BundlerOptions options_;
  wasm::Runtime& runtime_;
  const io::Clock& clock_;
  io::Random& random_;
  observe::Log& log_;
  std::unique_ptr<wasm::ModuleCache> cache_;
  boost::asio::thread_pool threads_;
  std::mutex mutex_;
  std::shared_ptr<const Tools> tools_;
  boost::asio::steady_timer idle_;  // guarded by mutex_
  bool stopping_ = false;
};

}  // namespace wws::bundler
