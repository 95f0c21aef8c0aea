// Runtime: the sandbox's front door. It compiles modules to Programs, keeps Images of their memory,
// and lends instances of them, one request at a time.
//
// The promise: the memory, globals and tables that a Lease starts with equal its Image byte for
// byte, whatever an earlier lease did. Two ways keep it (ARCHITECTURE.md, "Sandbox life cycle"):
//  - kept: the instance stays, every page that may have been written is put back after each lease.
//    Only for modules that the checker proves to have no other state, and only while the start-up
//    self-test and the running checks say that the kernel reports pages truthfully;
//  - fresh: every lease gets a new instance.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "io/clock.h"
#include "io/task.h"
#include "observe/log.h"
#include "wasm/host_function.h"
#include "wasm/memory.h"

namespace wws::wasm {

// Whether instances may be kept; Auto asks the self-test.
enum class RestoreMode : std::uint8_t { Auto, Fresh };

struct RuntimeOptions {
  RestoreMode restore = RestoreMode::Auto;
  std::chrono::milliseconds slice{2};  // guest time before it yields to the loop
  // Folder for compiled modules; empty: no cache on disk. Made with mode 0700 if missing; one that
  // cannot be made or trusted is not used, and a warning says why.
  std::filesystem::path cache_folder;
  bool check_every_restore = false;  // compare the whole memory after every restore (tests)
  // Lease::instructions() counts. Code compiled for it is of no use to runtimes without it, nor the
  // other way round, and slower: for measurements that must not depend on the machine.
  bool count_instructions = false;
  // What all guests together may have written (wasm/memory_budget.h); 0: no bound.
  std::uint64_t guest_memory = 0;
};

// Bounds of one lease; 0 switches one off.
struct Limits {
  std::chrono::nanoseconds cpu{std::chrono::seconds(1)};
  std::uint64_t memory_bytes = 128u << 20;
};

class Runtime;

// The memory and globals that a lease starts with: a program's base and the pages that differ from
// it. Immutable, shared between threads.
class Image {
 public:
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  virtual ~Image() = default;
  // Pages (4 KiB) that differ from the program's base, and what it takes to keep how they do.
  [[nodiscard]] virtual std::size_t delta_pages() const noexcept = 0;
  [[nodiscard]] virtual std::size_t delta_bytes() const noexcept = 0;

 protected:
  Image() = default;
};

// A compiled module with its base image and imports. Immutable, shared between threads.
class Program {
 public:
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  virtual ~Program() = default;

  [[nodiscard]] virtual const std::shared_ptr<const Image>& base_image() const noexcept = 0;
  // Whether instances are kept and restored; otherwise why_fresh() says why not.
  [[nodiscard]] virtual bool kept() const noexcept = 0;
  [[nodiscard]] virtual const std::string& why_fresh() const noexcept = 0;
  [[nodiscard]] virtual bool has_export(std::string_view function) const noexcept = 0;
  // What an instance's memory begins with; the largest, of several that are exported.
  [[nodiscard]] virtual std::uint64_t memory_bytes() const noexcept = 0;

 protected:
  Program() = default;
};

// An instance on loan for one request; belongs to one loop. Destroying it puts the memory back, or
// drops the instance if the run was not clean (a trap, a limit, growth that cannot be undone, a
// call still under way, mark_unclean()).
class Lease {
 public:
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  virtual ~Lease() = default;

  // What host functions find as HostContext::user(); borrowed until the lease ends.
  virtual void set_user(void* user) noexcept = 0;
  virtual void set_limits(const Limits& limits) noexcept = 0;

  // Calls an exported function (at most one result; 0 for none). Yields to the loop after each
  // slice. `exported` is a name of the guest's; looked up once per instance and kept.
  // Errors: GuestFault (trap: message and Wasm backtrace), TimedOut (CPU limit), Exhausted (memory
  // limit, said when a trap follows a refused growth), NotFound, or the Error of a host function.
  // After an error the instance is unclean.
  virtual Task<Result<Value>> call(std::string_view exported, std::span<const Value> arguments) = 0;
  // The same, when it ends within its first slice without suspending: no coroutine. Otherwise
  // nothing, and resume() must be awaited next.
  virtual std::optional<Result<Value>> try_call(std::string_view exported,
                                                std::span<const Value> arguments) = 0;
  virtual Task<Result<Value>> resume() = 0;
  // Ends a call that is under way (its awaiter gets `why`) or the next one; from the loop's thread.
  virtual void cancel(Error why) noexcept = 0;

  [[nodiscard]] virtual GuestMemory memory() noexcept = 0;
  // CPU time of this lease's guest code so far.
  [[nodiscard]] virtual std::chrono::nanoseconds cpu_used() const noexcept = 0;
  // Instructions that the guest ran in this lease; 0 unless the runtime counts them.
  [[nodiscard]] virtual std::uint64_t instructions() const noexcept = 0;
  // Pages written by this lease (4 KiB); costs a scan.
  [[nodiscard]] virtual std::size_t dirty_pages() = 0;
  // Before a wait between two calls; calls that are under way see to it themselves. Errors:
  // Exhausted, it has written more while all guests together use what they may. Counts only now and
  // then, and costs a scan where it does.
  [[nodiscard]] virtual Result<void> count_memory() = 0;
  // The instance is dropped, not restored, when the lease ends.
  virtual void mark_unclean() noexcept = 0;

  // The memory and globals as they are now, as an image of the same program. The memory must not
  // have outgrown the program's; the lease stays usable.
  [[nodiscard]] virtual Result<std::shared_ptr<const Image>> snapshot() = 0;

 protected:
  Lease() = default;
};

struct PoolOptions {
  std::uint32_t max_instances = 256;  // running at once on this loop
  // Of these, for one image: a worker whose requests hang leaves room for others. 0: no bound.
  std::uint32_t max_per_image = 192;
  std::uint32_t max_kept = 64;                 // idle ones kept, or as many as run
  std::uint32_t max_waiting = 10'000;          // leases waited for; past it Exhausted at once
  std::chrono::milliseconds max_wait{10'000};  // then Exhausted
  std::uint64_t max_uses = 100'000;            // of one instance, then it is dropped
};

struct PoolStats {
  std::uint64_t leases = 0, created = 0, restored = 0, dropped = 0, image_switches = 0;
  std::uint64_t unscanned = 0;  // of the restored and the switched: without a page scan
  std::uint64_t settled = 0;    // instances that moved onto an image of their own
  std::size_t running = 0, idle = 0, waiting = 0;
};

// The instances of one loop. All calls on its thread.
class InstancePool {
 public:
  InstancePool(const InstancePool&) = delete;
  InstancePool& operator=(const InstancePool&) = delete;
  virtual ~InstancePool() = default;

  // Lends an instance whose state equals `image`, preferably one that last ran it. Waits for a
  // place, and while guests have written what they may; one runs on each loop in any case. Errors:
  // Exhausted (queue full or waited too long), Internal.
  virtual Task<Result<std::unique_ptr<Lease>>> acquire(std::shared_ptr<const Program> program,
                                                       std::shared_ptr<const Image> image) = 0;
  // The same when no waiting is needed; nothing when it is.
  virtual std::optional<Result<std::unique_ptr<Lease>>> try_acquire(
      const std::shared_ptr<const Program>& program, const std::shared_ptr<const Image>& image) = 0;
  [[nodiscard]] virtual PoolStats stats() const noexcept = 0;
  // Drops the idle instances whose image is not wanted: each keeps its image's memory.
  virtual void drop_idle(const std::function<bool(const Image&)>& wanted) = 0;

 protected:
  InstancePool() = default;
};

class Runtime {
 public:
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  virtual ~Runtime() = default;

  // Any core module. It is checked, and when proven compiled for the kept way, else for fresh
  // instances. Blocking (Cranelift: ms to s): call it off the loops. Errors: Invalid for what is
  // not a module ("not a WebAssembly module: ..."; components are named as such), or an import that
  // no host function has (named).
  virtual Result<std::shared_ptr<const Program>> compile(ByteView wasm,
                                                         const HostFunctions& imports) = 0;
  // A bundle made by `bundle()`: compiled code and base image. The bytes are not needed after.
  // Errors: Unsupported when made for another CPU or runtime version.
  virtual Result<std::shared_ptr<const Program>> load_bundle(ByteView bundle,
                                                             const HostFunctions& imports) = 0;
  // Build time: compiles a proven module whose state is `image` into a bundle. Refuses (Invalid,
  // all reasons) a module that the checker does not prove.
  virtual Result<std::string> bundle(ByteView wasm, const Program& program, const Image& image) = 0;

  virtual std::unique_ptr<InstancePool> make_pool(boost::asio::any_io_executor loop,
                                                  PoolOptions options) = 0;

  // Whether instances are kept now, and if not why ("PAGEMAP_SCAN is not available: ...").
  [[nodiscard]] virtual bool keeps_instances() const noexcept = 0;
  [[nodiscard]] virtual std::string why_not_kept() const = 0;

 protected:
  Runtime() = default;
};

// Runs the self-test, starts the epoch ticker's thread. `clock` and `log` must outlive it, and it
// must outlive its pools, leases and programs.
[[nodiscard]] Result<std::unique_ptr<Runtime>> make_runtime(const RuntimeOptions& options,
                                                            const io::Clock& clock,
                                                            observe::Log& log);

}  // namespace wws::wasm
