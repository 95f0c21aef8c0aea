// Instance: one guest in a store of its own, and the call that it is in. Everything that a lease
// does to a guest happens here. Belongs to one loop.
//
// A call runs on a fiber. poll() runs it until it ends, until it has used up its slice, or until a
// host function waits for an operation; the caller decides when to poll again. Nothing about a
// lease outlives end_lease().
#pragma once

#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "wasm/host_function.h"
#include "wasm/image.h"
#include "wasm/restore.h"
#include "wasm/runtime.h"
#include "wasm/wasmtime/loaded_program.h"

namespace wws::wasm {

// Called when the operation that the guest waits for is done.
using WakeHandler = void (*)(void* argument);

using IdleHook = boost::intrusive::list_member_hook<>;

// Whether an instance's image was asked for again since the instance is its.
enum class Standing : std::uint8_t { New, Proven };

// What IdleInstances knows of an instance.
struct IdleHooks {
  IdleHook of_all, of_program, of_image;
  Standing standing = Standing::New;
};

class Instance final : public HostContext, public IdleHooks {
 public:
  // Equal to `image` when it returns. Errors: Exhausted (address space, the pooled engine's slots),
  // GuestFault (the start function of an unproven module), Internal.
  static Result<std::unique_ptr<Instance>> create(std::shared_ptr<const LoadedProgram> program,
                                                  std::shared_ptr<const MemoryImage> image,
                                                  const io::Clock& clock);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance() override;

  [[nodiscard]] const LoadedProgram& program() const noexcept { return *program_; }
  [[nodiscard]] const MemoryImage& image() const noexcept { return *image_; }

  // The lease. `number` goes to the canary page; limits and user data start empty.
  void begin_lease(const RestoreTools& tools, std::uint64_t number) noexcept;
  // Puts memory and globals back to the image, or says why the instance must be dropped. One whose
  // image was not asked for again is blank then: of the program's own image.
  [[nodiscard]] Restored end_lease(RestoreTools& tools);
  // Between leases: turns the instance into one of another image of its program.
  [[nodiscard]] Restored switch_image(RestoreTools& tools, std::shared_ptr<const MemoryImage> image,
                                      std::uint64_t number);
  // Between leases: from now on on the image's merged form, if it has one. Errors: Exhausted; the
  // instance must be dropped then.
  [[nodiscard]] Result<void> settle() noexcept;
  [[nodiscard]] bool settled() const noexcept { return mapped_ != image_.get(); }
  [[nodiscard]] bool is_blank() const noexcept {
    return !settled() && image_.get() == program_->base_image().get();
  }
  // Compares the whole memory and the globals with the image; only between leases. `candidates` as
  // in MemoryImage::first_difference.
  [[nodiscard]] bool equals_image(const std::vector<bool>* candidates) noexcept;
  // Forgets which pages were touched: the next scan starts from the image's own.
  [[nodiscard]] bool trim() noexcept;

  void set_user(void* user) noexcept { user_ = user; }
  void set_limits(const Limits& limits) noexcept;
  // What the guest has written counts for the budget of all, now and then. False: it wrote more
  // while there is nothing left. Without `scan` only what it has grown by is known.
  [[nodiscard]] bool count_memory(PageScan* scan);
  void set_wake_handler(WakeHandler handler, void* argument) noexcept;

  // Starts a call; an error when it cannot start. One at a time.
  Result<void> start(std::string_view exported, std::span<const Value> arguments);
  // Runs on; nothing when the call is not over.
  std::optional<Result<Value>> poll();
  [[nodiscard]] bool under_way() const noexcept { return call_ != nullptr; }
  [[nodiscard]] bool waits() const noexcept { return waiting_ && !woken_; }
  void cancel(Error why) noexcept;
  [[nodiscard]] bool cancelled() const noexcept { return cancel_.has_value(); }
  // Unwinds the guest's stack, if a call is under way.
  void abandon() noexcept;

  [[nodiscard]] bool clean() const noexcept { return clean_; }
  void mark_unclean() noexcept { clean_ = false; }
  [[nodiscard]] std::chrono::nanoseconds cpu_used() const noexcept { return cpu_used_; }
  [[nodiscard]] std::uint64_t instructions() const noexcept;
  [[nodiscard]] std::uint64_t uses() const noexcept { return uses_; }
  // Since it was made of its image or switched to it.
  [[nodiscard]] std::uint64_t uses_of_image() const noexcept { return uses_ - switched_at_; }
  [[nodiscard]] LinearMemory* linear_memory() noexcept { return linear_memory_; }
  [[nodiscard]] Result<std::shared_ptr<const MemoryImage>> snapshot(
      const std::vector<bool>* candidates);

  // HostContext.
  [[nodiscard]] void* user() const noexcept override { return user_; }
  [[nodiscard]] GuestMemory memory() noexcept override;
  Result<Value> call_guest(std::string_view exported, std::span<const Value> arguments) override;

  // For the trampolines: an import was called; a trap when the guest must stop.
  [[nodiscard]] wasm_trap_t* host_call(const BoundImport& import, wasmtime_val_raw_t* values,
                                       std::size_t count) noexcept;
  [[nodiscard]] bool operation_done() const noexcept { return woken_; }

 private:
  class CallWaker;
  struct Pending;  // the arguments and results of the call that is under way
  enum class Nesting : std::uint8_t { None, Guest, Start };

  Instance(std::shared_ptr<const LoadedProgram> program, std::shared_ptr<const MemoryImage> image,
           const io::Clock& clock);
  Result<void> instantiate();
  Result<void> adopt_memory();
  Result<void> find_globals();
  Result<void> find_wait();
  void set_globals() noexcept;
  [[nodiscard]] std::vector<std::uint64_t> read_globals() noexcept;
  [[nodiscard]] bool undo_growth() noexcept;
  [[nodiscard]] Restored put_back(RestoreTools& tools, const MemoryImage& image) noexcept;
  [[nodiscard]] Restored turn_into(RestoreTools& tools, std::shared_ptr<const MemoryImage> image);
  void become(std::shared_ptr<const MemoryImage> image) noexcept;
  Result<void> map(const MemoryImage& image) noexcept;

  struct Function {
    std::string name;
    wasmtime_func_t function;
    const Signature* signature;
  };
  [[nodiscard]] Result<const Function*> find_function(std::string_view exported);
  [[nodiscard]] Result<const Function*> find_callable(std::string_view exported,
                                                      std::size_t arguments);

  static wasmtime_error_t* on_epoch(wasmtime_context_t* context, void* self, std::uint64_t* delta,
                                    wasmtime_update_deadline_kind_t* kind);
  void begin_slice() noexcept;
  void end_slice() noexcept;
  void charge() noexcept;
  void refuel() noexcept;
  void set_growth(std::uint64_t bytes) noexcept;
  void bound_growth() noexcept;
  [[nodiscard]] std::uint64_t written_bytes(PageScan* scan) noexcept;
  void give_memory_back();
  [[nodiscard]] bool past_cpu_limit() const noexcept {
    return limits_.cpu.count() != 0 && cpu_used_ > limits_.cpu;
  }
  [[nodiscard]] Result<Value> finish() noexcept;
  // Why the guest stopped; consumes both. The instance is unclean from then on.
  [[nodiscard]] Error failure(wasmtime_error_t* error, wasm_trap_t* trap) noexcept;
  [[nodiscard]] HostResult suspend(const BoundImport& import, std::span<Value> values) noexcept;

  std::shared_ptr<const LoadedProgram> program_;
  std::shared_ptr<const MemoryImage> image_;
  const MemoryImage* mapped_ = nullptr;  // image_ or its merged form
  const io::Clock& clock_;
  StoreHandle store_;
  wasmtime_context_t* context_ = nullptr;
  wasmtime_instance_t instance_{};
  LinearMemory* linear_memory_ = nullptr;  // of kept programs
  wasmtime_memory_t memory_{};
  bool has_memory_ = false;
  wasmtime_func_t wait_{};
  std::vector<wasmtime_global_t> globals_;
  std::deque<Function> functions_;  // a call under way borrows its entry
  RestoreHistory history_;
  std::uint64_t uses_ = 0, switched_at_ = 0;

  // Of the lease.
  std::uint64_t number_ = 0;
  std::uint64_t fuel_ = 0;  // at its start
  void* user_ = nullptr;
  Limits limits_;
  std::uint64_t may_grow_to_ = 0;  // by the limit or the budget; 0: no bound
  std::uint64_t counted_ = 0;      // of the budget
  std::chrono::nanoseconds count_at_{};
  bool clean_ = true;
  std::optional<Error> cancel_, host_error_;
  bool timed_out_ = false;
  std::chrono::nanoseconds cpu_used_{}, slice_start_{};
  bool exact_time_ = false;  // slice_start_ is CPU time of the thread, not of the wall

  // Of the call.
  std::unique_ptr<Pending> pending_;
  wasmtime_call_future_t* call_ = nullptr;
  bool polling_ = false;
  Nesting nesting_ = Nesting::None;
  bool waiting_ = false, woken_ = false;
  WakeHandler wake_handler_ = nullptr;
  void* wake_argument_ = nullptr;
};

}  // namespace wws::wasm
