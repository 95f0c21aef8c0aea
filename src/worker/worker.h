// Worker: a file of the project that answers requests, each in a sandbox of its own.
//
// Immutable but for its lazily loaded guest; shared by all loops, and by the sites of a project
// whose file did not change. load() may be called early, so that mistakes are known at the start;
// serve() loads when that has not happened yet. It is always what the file was when the project was
// read: one that changed since then is another worker's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services.h"
#include "abi/worker_identity.h"
#include "http/exchange.h"
#include "io/task.h"

namespace wws::worker {

// What is known of a worker while it serves: a copy, for those who look at the server.
struct WorkerStatus {
  enum class State : std::uint8_t { Unloaded, Loaded, Broken };
  State state = State::Unloaded;
  std::string_view language;  // "javascript" or "wasm"
  std::string why_broken;     // may have further lines
  // Of a loaded worker:
  bool replayed = false;  // top-level code runs before every request
  std::string why_replayed;
  bool kept = false;  // its instances may be kept and restored
  std::string why_fresh;
  // In which its image differs from its program's memory, 4 KiB each, and what that takes.
  std::size_t image_pages = 0, image_bytes = 0;
  // Top-level code that runs before every request failed while it was loaded, where it sees
  // nothing of the outside. With a request it may go well.
  std::optional<Error> doubt;
};

using Params = std::vector<std::pair<std::string, std::string>>;

// Owned by shared pointers.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  [[nodiscard]] virtual const abi::WorkerIdentity& identity() const noexcept = 0;
  // From any thread.
  [[nodiscard]] virtual WorkerStatus status() const = 0;
  // Makes the guest ready. Errors: GuestFault (the script's own), Invalid (not a module, unknown
  // import, wrong configuration), Internal.
  virtual Task<Result<void>> load(abi::LoopServices& services) = 0;
  // Of the loaded guest; null where there is none. What else has it keeps its memory.
  [[nodiscard]] virtual std::shared_ptr<const wasm::Image> image() const { return nullptr; }
  // Answers the request; every failure ends in an answer and a line of the log. `url` is absolute.
  virtual Task<void> serve(abi::LoopServices& services, http::Exchange& exchange, std::string url,
                           Params params) = 0;
};

}  // namespace wws::worker
