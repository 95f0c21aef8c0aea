// The sandbox that esbuild runs in: an instance of our own Wasmtime and WASI, with the project and
// the stand-ins for Node's modules to read and nothing else. Private to the room.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "bindings/files/folder.h"
#include "io/clock.h"
#include "io/random.h"
#include "wasm/runtime.h"

namespace wws::bundler {

// A folder of its own with some files in it, removed at the end; if the process does not come to
// that, by the next one that makes such a folder.
class ScratchFolder final {
 public:
  // Errors: Denied or Exhausted, naming the folder.
  static Result<std::unique_ptr<ScratchFolder>> create();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder();

  Result<void> write(std::string_view name, std::string_view content) const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  ScratchFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::filesystem::path path_;
  int lock_;  // the folder, locked: it is in use
};

struct SandboxRun {
  std::vector<std::string> arguments;
  std::string input;
  std::vector<bindings::files::Mount> folders;
};

// Runs the program once, on the calling thread, and gives what it wrote to stdout. Errors:
// GuestFault with what it wrote to stderr, TimedOut, Exhausted (its limits), Internal.
[[nodiscard]] Result<std::string> run_in_sandbox(wasm::Runtime& runtime,
                                                 std::shared_ptr<const wasm::Program> program,
                                                 SandboxRun run, const io::Clock& clock,
                                                 io::Random& random);

}  // namespace wws::bundler
