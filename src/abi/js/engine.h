// Engine: the JavaScript engine module and how a worker's script becomes an image of it.
//
// Immutable after create(); shared between loops.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "abi/js/messages.h"
#include "abi/services.h"
#include "config/worker_config.h"
#include "sourcemap/source_map.h"
#include "wasm/runtime.h"

namespace wws::abi::js {

// Stacks of a script that was made of other files, as stacks in those.
struct StackMap {
  std::string file_name;  // of the script
  std::shared_ptr<const sourcemap::SourceMap> positions;
  // The text with its frames mapped; any text may be given.
  [[nodiscard]] std::string apply(std::string_view text) const;
};

enum class ScriptKind : std::uint8_t { Detect, Module };

struct Script {
  std::string file_name;  // as stacks show it: "api/[id].js"
  std::string source;
  ScriptKind kind = ScriptKind::Detect;
  std::shared_ptr<const StackMap> stacks;  // null: they are right as they are
  std::string label;                       // for the log
  const config::WorkerConfig& config;
};

// A script, ready to serve.
struct LoadedScript {
  std::shared_ptr<const wasm::Image> image;
  std::shared_ptr<const StackMap> stacks;
  // Top-level code runs before every request: the image is taken before it.
  bool replayed = false;
  std::string why_replayed;  // "top-level code reads the clock (Date)"
  // What top-level code that is replayed ended in when it was tried.
  std::optional<Error> doubt;
};

class Engine final {
 public:
  // The first use finds the mailbox. Errors: of the engine module itself (Internal).
  static Task<Result<std::shared_ptr<const Engine>>> create(
      std::shared_ptr<const wasm::Program> program, LoopServices services);
  explicit Engine(std::shared_ptr<const wasm::Program> program, std::uint32_t mailbox)
      : program_(std::move(program)), mailbox_(mailbox) {}

  // Build time: makes runtime, context and builtins in a new instance of the plain module and gives
  // the image that the bundle holds. Refuses an engine whose start depends on time or chance.
  static Task<Result<std::shared_ptr<const wasm::Image>>> initialize(
      std::shared_ptr<const wasm::Program> program, wasm::InstancePool& pool,
      const io::Clock& clock, io::Random& random, observe::Log& log);

  // Compiles the script, runs its top-level code once and its declared warm-up requests, and takes
  // the image. Code that reads clocks or randomness or starts I/O on its way marks the script as
  // replayed. Runs with the worker's limits. Errors: GuestFault "SyntaxError: ... \n at file:1:2".
  Task<Result<LoadedScript>> load(LoopServices services, Script script) const;

  [[nodiscard]] const std::shared_ptr<const wasm::Program>& program() const noexcept {
    return program_;
  }
  [[nodiscard]] std::uint32_t mailbox() const noexcept { return mailbox_; }

 private:
  std::shared_ptr<const wasm::Program> program_;
  std::uint32_t mailbox_;
};

}  // namespace wws::abi::js
