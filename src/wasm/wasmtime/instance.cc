#include "wasm/wasmtime/instance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "base/assert.h"

namespace wws::wasm {
namespace {

// Ticks until a guest is asked to yield: two, of half a slice each, make a slice at most.
constexpr std::uint64_t kSliceTicks = 2;
// The start function of an unproven module runs before anybody set limits, and holds its loop: it
// gets little time, and no more memory than a worker's default, if the module does not begin with
// more.
constexpr std::chrono::milliseconds kStartTime{40};
constexpr std::uint64_t kStartMemory = std::uint64_t{128} << 20;
// CPU time until a guest's pages are counted, anew for each time that they were: short requests are
// not counted at all, and the others spend a few hundredths of their time on it.
constexpr std::chrono::microseconds kCountAfter{100};
constexpr std::chrono::nanoseconds kCountPerPage{200};

wasmtime_val_t to_wasmtime(wasmtime_valkind_t kind, Value value) noexcept {
  wasmtime_val_t out{};
  out.kind = kind;
  switch (kind) {
    case WASMTIME_I32: out.of.i32 = value.i32; break;
    case WASMTIME_F32: out.of.f32 = value.f32; break;
    case WASMTIME_F64: out.of.f64 = value.f64; break;
    default: out.of.i64 = value.i64; break;
  }
  return out;
}

Value to_value(const wasmtime_val_t& value) noexcept {
  Value out;
  switch (value.kind) {
    case WASMTIME_I32: out.i32 = value.of.i32; break;
    case WASMTIME_F32: out.f32 = value.of.f32; break;
    case WASMTIME_F64: out.f64 = value.of.f64; break;
    default: out.i64 = value.of.i64; break;
  }
  return out;
}

bool is_short(wasmtime_valkind_t kind) noexcept {
  return kind == WASMTIME_I32 || kind == WASMTIME_F32;
}

Value to_value(wasmtime_valkind_t kind, const wasmtime_val_raw_t& raw) noexcept {
  Value out;
  out.raw = static_cast<std::uint64_t>(raw.i64);
  if (is_short(kind)) out.raw &= 0xffffffff;
  return out;
}

void to_raw(wasmtime_valkind_t kind, Value value, wasmtime_val_raw_t& raw) noexcept {
  const std::uint64_t bits = is_short(kind) ? value.raw & 0xffffffff : value.raw;
  raw.i64 = static_cast<std::int64_t>(bits);
}

std::string take_either(wasmtime_error_t* error, wasm_trap_t* trap) {
  if (trap != nullptr) return take_message(trap);
  return error != nullptr ? take_message(error) : std::string("no reason given");
}

}  // namespace

// The future borrows all of it until it is deleted.
struct Instance::Pending {
  std::array<wasmtime_val_t, kMaxArguments> arguments{};
  wasmtime_val_t result{};
  std::size_t result_count = 0;
  wasm_trap_t* trap = nullptr;
  wasmtime_error_t* error = nullptr;
};

// Outlives the instance where an operation keeps it.
class Instance::CallWaker final : public Waker {
 public:
  explicit CallWaker(Instance& instance) noexcept : instance_(&instance) {}
  void detach() noexcept { instance_ = nullptr; }
  void wake() noexcept override {
    if (instance_ == nullptr) return;
    instance_->woken_ = true;
    if (instance_->wake_handler_ != nullptr) instance_->wake_handler_(instance_->wake_argument_);
  }

 private:
  Instance* instance_;
};

Instance::Instance(std::shared_ptr<const LoadedProgram> program,
                   std::shared_ptr<const MemoryImage> image, const io::Clock& clock)
    : program_(std::move(program)),
      image_(std::move(image)),
      mapped_(image_.get()),
      clock_(clock),
      store_(wasmtime_store_new(program_->engine(), this, nullptr)),
      context_(wasmtime_store_context(store_.get())),
      pending_(std::make_unique<Pending>()) {
  wasmtime_store_epoch_deadline_callback(store_.get(), &Instance::on_epoch, this, nullptr);
  // Without this no guest could run a step.
  if (program_->engines().counts_instructions()) refuel();
}

Instance::~Instance() {
  abandon();
  give_memory_back();
}

Result<std::unique_ptr<Instance>> Instance::create(std::shared_ptr<const LoadedProgram> program,
                                                   std::shared_ptr<const MemoryImage> image,
                                                   const io::Clock& clock) {
  std::unique_ptr<Instance> instance(new Instance(std::move(program), std::move(image), clock));
  WWS_CHECK(instance->instantiate());
  WWS_CHECK(instance->adopt_memory());
  WWS_CHECK(instance->find_globals());
  WWS_CHECK(instance->find_wait());
  instance->set_globals();
  return instance;
}

Result<void> Instance::instantiate() {
  set_limits({kStartTime, std::max(kStartMemory, program_->memory_bytes())});
  wasm_trap_t* trap = nullptr;
  wasmtime_error_t* error = nullptr;
  wasmtime_context_set_epoch_deadline(context_, kSliceTicks);
  nesting_ = Nesting::Start;
  begin_slice();
  if (program_->kept()) {
    error = wasmtime_instance_pre_instantiate(program_->pre(), context_, &instance_, &trap);
  } else {
    // On a fiber, as everything that runs guest code; Nesting::Start never suspends it.
    const FutureHandle start(wasmtime_instance_pre_instantiate_async(program_->pre(), context_,
                                                                     &instance_, &trap, &error));
    const bool ended = wasmtime_call_future_poll(start.get());
    WWS_ASSERT(ended, "a start function never suspends");
  }
  end_slice();
  nesting_ = Nesting::None;
  if (error != nullptr && trap == nullptr && !timed_out_ && !host_error_)
    return fail(ErrorKind::Exhausted, "cannot make an instance: " + take_message(error));
  if (error != nullptr || trap != nullptr) return fail(failure(error, trap));
  return {};
}

Result<void> Instance::adopt_memory() {
  const std::string& name = program_->memory_export();
  wasmtime_extern_t found{};
  has_memory_ =
      !name.empty() &&
      wasmtime_instance_export_get(context_, &instance_, name.data(), name.size(), &found) &&
      found.kind == WASMTIME_EXTERN_MEMORY;
  if (has_memory_) memory_ = found.of.memory;
  if (!program_->kept()) return {};
  if (!has_memory_) return fail(ErrorKind::Internal, "a kept program exports no memory");
  linear_memory_ = program_->engines().find_memory(wasmtime_memory_data(context_, &memory_));
  if (linear_memory_ == nullptr || linear_memory_->size() != image_->base()->size())
    return fail(ErrorKind::Internal, "a kept program's memory is not of its image's size");
  return map(image_->merged() != nullptr ? *image_->merged() : *image_);
}

Result<void> Instance::map(const MemoryImage& image) noexcept {
  history_ = {};
  mapped_ = &image;
  WWS_CHECK(linear_memory_->map_image(image.base()->file()));
  lay_over(*linear_memory_, image);
  return {};
}

Result<void> Instance::settle() noexcept {
  if (settled() || image_->merged() == nullptr) return {};
  return map(*image_->merged());
}

Result<void> Instance::find_globals() {
  for (const ImageGlobal& global : program_->globals()) {
    wasmtime_extern_t found{};
    if (!wasmtime_instance_export_get(context_, &instance_, global.export_name.data(),
                                      global.export_name.size(), &found) ||
        found.kind != WASMTIME_EXTERN_GLOBAL)
      return fail(ErrorKind::Internal,
                  fmt::format("a kept program has no '{}'", global.export_name));
    globals_.push_back(found.of.global);
  }
  return {};
}

Result<void> Instance::find_wait() {
  if (!program_->suspends()) return {};
  wasmtime_extern_t found{};
  if (!wasmtime_linker_get(program_->linker(), context_, kWaitModule.data(), kWaitModule.size(),
                           kWaitName.data(), kWaitName.size(), &found))
    return fail(ErrorKind::Internal, "the linker lost its wait function");
  wait_ = found.of.func;
  return {};
}

void Instance::set_globals() noexcept {
  for (std::size_t i = 0; i < globals_.size(); ++i) {
    Value value;
    value.raw = image_->globals()[i];
    const wasmtime_val_t set = to_wasmtime(program_->globals()[i].kind, value);
    auto* error = wasmtime_global_set(context_, &globals_[i], &set);
    WWS_ASSERT(error == nullptr, "a mutable number takes a number of its type");
  }
}

std::vector<std::uint64_t> Instance::read_globals() noexcept {
  std::vector<std::uint64_t> bits;
  for (const wasmtime_global_t& global : globals_) {
    wasmtime_val_t value{};
    wasmtime_global_get(context_, &global, &value);
    bits.push_back(to_value(value).raw);
  }
  return bits;
}

// More than any lease uses, and so no limit.
void Instance::refuel() noexcept {
  fuel_ = std::numeric_limits<std::int64_t>::max();
  auto* const error = wasmtime_context_set_fuel(context_, fuel_);
  WWS_ASSERT(error == nullptr, "an engine that counts takes fuel");
}

std::uint64_t Instance::instructions() const noexcept {
  if (!program_->engines().counts_instructions()) return 0;
  std::uint64_t left = 0;
  auto* const error = wasmtime_context_get_fuel(context_, &left);
  WWS_ASSERT(error == nullptr, "an engine that counts tells what is left");
  return fuel_ - left;
}

void Instance::begin_lease(const RestoreTools& tools, std::uint64_t number) noexcept {
  number_ = number;
  ++uses_;
  user_ = nullptr;
  clean_ = true;
  cancel_.reset();
  host_error_.reset();
  timed_out_ = false;
  cpu_used_ = {};
  if (program_->engines().counts_instructions()) refuel();
  wake_handler_ = nullptr;
  count_at_ = kCountAfter;
  set_limits(Limits{});
  if (linear_memory_ == nullptr) return;
  linear_memory_->clear_refusal();
  history_.begin_lease(tools);
  write_canary(*linear_memory_, number);
}

Restored Instance::end_lease(RestoreTools& tools) {
  user_ = nullptr;
  give_memory_back();
  if (under_way()) {
    abandon();
    return {.drop = true, .why = "a call was under way"};
  }
  if (standing == Standing::New && program_->kept() && !settled() && !is_blank()) {
    history_.expected_pages = static_cast<std::uint32_t>(image_->delta_pages());
    const Restored blank =
        turn_into(tools, std::static_pointer_cast<const MemoryImage>(program_->base_image()));
    history_.expected_pages = 0;
    return blank;
  }
  const Restored restored = put_back(tools, *mapped_);
  if (!restored.drop) set_globals();
  return restored;
}

Restored Instance::switch_image(RestoreTools& tools, std::shared_ptr<const MemoryImage> image,
                                std::uint64_t number) {
  if (is_blank()) {
    history_.expect(*image);
    lay_over(*linear_memory_, *image);
    // Pages that this wrote for the first time are no news to the lease that follows.
    static_cast<void>(tools.faults.now());
    become(std::move(image));
    return {.scanned = false};
  }
  begin_lease(tools, number);
  if (!settled()) return turn_into(tools, std::move(image));
  become(std::move(image));
  if (!map(*image_)) return {.drop = true, .why = "its memory cannot be mapped"};
  return {};
}

Restored Instance::turn_into(RestoreTools& tools, std::shared_ptr<const MemoryImage> image) {
  history_.expect(*image);
  const Restored restored = put_back(tools, *image);
  if (restored.drop) return restored;
  static_cast<void>(tools.faults.now());
  become(std::move(image));
  return restored;
}

// The memory is seen to by the caller.
void Instance::become(std::shared_ptr<const MemoryImage> image) noexcept {
  image_ = std::move(image);
  mapped_ = image_.get();
  switched_at_ = uses_;
  set_globals();
}

Restored Instance::put_back(RestoreTools& tools, const MemoryImage& image) noexcept {
  if (!clean_) return {.drop = true, .why = "its run was not clean"};
  if (linear_memory_ == nullptr) return {.drop = true, .why = "its program is not kept"};
  if (!undo_growth()) return {.drop = true, .why = "its memory's growth cannot be undone"};
  return restore(tools, *linear_memory_, image, number_, history_);
}

// Lowers the size that our memory reports; growing by nothing makes Wasmtime read it again.
bool Instance::undo_growth() noexcept {
  const std::size_t size = image_->base()->size();
  if (linear_memory_->size() == size) return true;
  if (!linear_memory_->shrink_to(size)) return false;
  std::uint64_t pages = 0;
  if (auto* error = wasmtime_memory_grow(context_, &memory_, 0, &pages)) {
    wasmtime_error_delete(error);
    return false;
  }
  return pages * binary::kPageBytes == size &&
         wasmtime_memory_data_size(context_, &memory_) == size;
}

bool Instance::equals_image(const std::vector<bool>* candidates) noexcept {
  const auto globals = image_->globals();
  const auto now = read_globals();
  return std::equal(globals.begin(), globals.end(), now.begin(), now.end()) &&
         linear_memory_->size() == image_->base()->size() &&
         !image_->first_difference(linear_memory_->base(), candidates);
}

bool Instance::trim() noexcept {
  history_.forget_pages();
  if (!linear_memory_->discard_pages()) return false;
  lay_over(*linear_memory_, *mapped_);
  return true;
}

void Instance::set_limits(const Limits& limits) noexcept {
  limits_ = limits;
  bound_growth();
}

void Instance::set_growth(std::uint64_t bytes) noexcept {
  may_grow_to_ = bytes;
  if (linear_memory_ != nullptr) return linear_memory_->set_limit(bytes);
  if (program_->kept()) return;
  const bool unbounded = bytes == 0 || bytes > INT64_MAX;
  wasmtime_store_limiter(store_.get(), unbounded ? -1 : static_cast<std::int64_t>(bytes), -1, -1,
                         -1, -1);
}

// By the lease's limit, and by no more than all guests may write. What others leave changes while
// this one runs: that is looked at when its memory is counted.
void Instance::bound_growth() noexcept {
  const MemoryBudget& budget = program_->engines().budget();
  const std::uint64_t limit = limits_.memory_bytes;
  if (!budget.bounded()) return set_growth(limit);
  const std::uint64_t most = program_->memory_bytes() + budget.bytes();
  set_growth(limit == 0 ? most : std::min(limit, most));
}

bool Instance::count_memory(PageScan* scan) {
  MemoryBudget& budget = program_->engines().budget();
  if (!budget.bounded() || cpu_used_ < count_at_) return true;
  const std::uint64_t written = written_bytes(scan);
  const auto pages = static_cast<std::int64_t>(written / kHostPage);
  count_at_ = cpu_used_ + kCountAfter + kCountPerPage * pages;
  const bool grew = written > counted_;
  budget.count(std::exchange(counted_, written), written);
  if (!grew || budget.used() <= budget.bytes()) return true;
  // It ends at its next turn; until then nobody else is stopped for what it still holds.
  give_memory_back();
  return false;
}

std::uint64_t Instance::written_bytes(PageScan* scan) noexcept {
  if (!has_memory_) return 0;
  const std::size_t size = memory().size();
  const std::uint8_t* const base =
      linear_memory_ != nullptr ? linear_memory_->base() : wasmtime_memory_data(context_, &memory_);
  std::uint64_t bytes = 0;
  const auto add = [&bytes](const PageRegion& region) {
    if (!region.zero_page()) bytes += region.end - region.start;
    return true;
  };
  if (scan != nullptr && scan->scan(base, base + size, add)) return bytes;
  return size - std::min<std::uint64_t>(size, program_->memory_bytes());
}

void Instance::give_memory_back() {
  if (counted_ != 0) program_->engines().budget().count(std::exchange(counted_, 0), 0);
}

void Instance::set_wake_handler(WakeHandler handler, void* argument) noexcept {
  wake_handler_ = handler;
  wake_argument_ = argument;
}

Result<const Instance::Function*> Instance::find_function(std::string_view exported) {
  for (const Function& function : functions_)
    if (function.name == exported) return &function;
  const Signature* signature = program_->find_signature(exported);
  wasmtime_extern_t found{};
  if (signature == nullptr ||
      !wasmtime_instance_export_get(context_, &instance_, exported.data(), exported.size(),
                                    &found) ||
      found.kind != WASMTIME_EXTERN_FUNC)
    return fail(
        ErrorKind::NotFound,
        fmt::format("the guest exports no function '{}' that takes and returns numbers", exported));
  functions_.push_back({std::string(exported), found.of.func, signature});
  return &functions_.back();
}

Result<const Instance::Function*> Instance::find_callable(std::string_view exported,
                                                          std::size_t arguments) {
  WWS_TRY(const Function* function, find_function(exported));
  if (function->signature->parameters.size() != arguments)
    return fail(ErrorKind::NotFound,
                fmt::format("the guest's function '{}' takes {} arguments, not {}", exported,
                            function->signature->parameters.size(), arguments));
  return function;
}

Result<void> Instance::start(std::string_view exported, std::span<const Value> arguments) {
  WWS_ASSERT(!under_way() && nesting_ == Nesting::None, "one call at a time");
  if (cancel_) {
    clean_ = false;
    return fail(*cancel_);
  }
  if (const std::size_t size = memory().size();
      limits_.memory_bytes != 0 && size > limits_.memory_bytes)
    return fail(ErrorKind::Invalid,
                fmt::format("it starts with {} bytes of memory, more than its limit of {} bytes: "
                            "raise the limit",
                            size, limits_.memory_bytes));
  WWS_TRY(const Function* function, find_callable(exported, arguments.size()));
  const Signature& signature = *function->signature;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    pending_->arguments[i] = to_wasmtime(signature.parameters[i], arguments[i]);
  pending_->result_count = signature.results.size();
  pending_->trap = nullptr;
  pending_->error = nullptr;
  exact_time_ = false;
  wasmtime_context_set_epoch_deadline(context_, kSliceTicks);
  call_ = wasmtime_func_call_async(context_, &function->function, pending_->arguments.data(),
                                   arguments.size(), &pending_->result, pending_->result_count,
                                   &pending_->trap, &pending_->error);
  return {};
}

std::optional<Result<Value>> Instance::poll() {
  WWS_ASSERT(under_way() && !polling_, "a call must be under way");
  if (cancel_) {
    clean_ = false;
    abandon();
    return fail(*cancel_);
  }
  polling_ = true;
  begin_slice();
  const bool ended = wasmtime_call_future_poll(call_);
  end_slice();
  polling_ = false;
  // From now on the thread's own clock is worth its price.
  exact_time_ = true;
  if (!cancel_) return ended ? std::optional(finish()) : std::nullopt;
  // Cancelled from within: by a host function that the guest called.
  clean_ = false;
  abandon();
  return fail(*cancel_);
}

Result<Value> Instance::finish() noexcept {
  wasmtime_call_future_delete(std::exchange(call_, nullptr));
  if (pending_->error != nullptr || pending_->trap != nullptr)
    return fail(
        failure(std::exchange(pending_->error, nullptr), std::exchange(pending_->trap, nullptr)));
  return pending_->result_count == 0 ? Value{} : to_value(pending_->result);
}

Error Instance::failure(wasmtime_error_t* error, wasm_trap_t* trap) noexcept {
  clean_ = false;
  const bool trapped = trap != nullptr;
  std::string message = take_either(error, trap);
  if (cancel_) return *cancel_;
  if (timed_out_)
    return Error(
        ErrorKind::TimedOut,
        fmt::format("it used more than its {} ms of CPU time",
                    std::chrono::duration_cast<std::chrono::milliseconds>(limits_.cpu).count()));
  if (host_error_) return *host_error_;
  const bool refused = trapped && linear_memory_ != nullptr && linear_memory_->growth_refused();
  if (refused && may_grow_to_ != limits_.memory_bytes)
    return Error(ErrorKind::Exhausted,
                 fmt::format("it needs more memory than the {} bytes for all guests leave: {}",
                             program_->engines().budget().bytes(), message));
  if (refused)
    return Error(ErrorKind::Exhausted,
                 fmt::format("it needs more memory than its limit of {} bytes: {}",
                             limits_.memory_bytes, message));
  return Error(ErrorKind::GuestFault, std::move(message));
}

void Instance::cancel(Error why) noexcept {
  if (cancel_) return;
  cancel_ = std::move(why);
  if (wake_handler_ != nullptr) wake_handler_(wake_argument_);
}

// Wasmtime resumes the fiber once with an error: waits return it, the guest's frames are unwound as
// by a trap, host functions return through their own code.
void Instance::abandon() noexcept {
  if (call_ == nullptr) return;
  WWS_ASSERT(!polling_, "a guest does not abandon itself");
  clean_ = false;
  wasmtime_call_future_delete(std::exchange(call_, nullptr));
  if (pending_->error != nullptr) wasmtime_error_delete(std::exchange(pending_->error, nullptr));
  if (pending_->trap != nullptr) wasm_trap_delete(std::exchange(pending_->trap, nullptr));
}

void Instance::begin_slice() noexcept {
  program_->engines().guest_enters();
  slice_start_ = exact_time_ ? clock_.thread_cpu() : clock_.monotonic();
}

// A call that ends in its first slice is charged by the wall clock, which costs no system call, and
// never more than a slice.
void Instance::end_slice() noexcept {
  charge();
  program_->engines().guest_leaves();
}

void Instance::charge() noexcept {
  const auto now = exact_time_ ? clock_.thread_cpu() : clock_.monotonic();
  const auto spent = now - slice_start_;
  cpu_used_ += exact_time_ ? spent : std::min(spent, program_->engines().slice());
  slice_start_ = now;
}

wasmtime_error_t* Instance::on_epoch(wasmtime_context_t*, void* self, std::uint64_t* delta,
                                     wasmtime_update_deadline_kind_t* kind) {
  auto& instance = *static_cast<Instance*>(self);
  instance.charge();
  if (!instance.exact_time_) {
    instance.exact_time_ = true;
    instance.slice_start_ = instance.clock_.thread_cpu();
  }
  *delta = kSliceTicks;
  // A function that a host function calls back yields as any other: it may spin as well.
  *kind = instance.nesting_ == Nesting::Start ? WASMTIME_UPDATE_DEADLINE_CONTINUE
                                              : WASMTIME_UPDATE_DEADLINE_YIELD;
  if (instance.cancel_) return wasmtime_error_new("the call was cancelled");
  if (!instance.past_cpu_limit()) return nullptr;
  instance.timed_out_ = true;
  return wasmtime_error_new("the CPU limit is reached");
}

GuestMemory Instance::memory() noexcept {
  if (linear_memory_ != nullptr) return {linear_memory_->base(), linear_memory_->size()};
  if (!has_memory_) return {};
  return {wasmtime_memory_data(context_, &memory_), wasmtime_memory_data_size(context_, &memory_)};
}

Result<Value> Instance::call_guest(std::string_view exported, std::span<const Value> arguments) {
  if (nesting_ != Nesting::None)
    return fail(
        ErrorKind::GuestFault,
        fmt::format("'{}' cannot be called now: the guest was called by a host function already",
                    exported));
  WWS_TRY(const Function* function, find_callable(exported, arguments.size()));
  const Signature& signature = *function->signature;
  std::array<wasmtime_val_raw_t, kMaxArguments> values{};
  for (std::size_t i = 0; i < arguments.size(); ++i)
    to_raw(signature.parameters[i], arguments[i], values[i]);
  const std::size_t count = std::max(arguments.size(), signature.results.size());
  wasm_trap_t* trap = nullptr;
  nesting_ = Nesting::Guest;
  auto* error =
      wasmtime_func_call_unchecked(context_, &function->function, values.data(), count, &trap);
  nesting_ = Nesting::None;
  if (error != nullptr || trap != nullptr) return fail(failure(error, trap));
  return signature.results.empty() ? Value{} : to_value(signature.results[0], values[0]);
}

wasm_trap_t* Instance::host_call(const BoundImport& import, wasmtime_val_raw_t* values,
                                 std::size_t count) noexcept {
  std::array<Value, kMaxArguments> slots{};
  const Signature& signature = import.signature;
  WWS_ASSERT(count >= signature.parameters.size() && count >= signature.results.size(),
             "a host function gets as many slots as its type has");
  for (std::size_t i = 0; i < signature.parameters.size(); ++i)
    slots[i] = to_value(signature.parameters[i], values[i]);
  const std::span<Value> used(slots.data(),
                              std::max(signature.parameters.size(), signature.results.size()));
  HostResult failed = import.function.suspending != nullptr ? suspend(import, used)
                                                            : import.function.call(*this, used);
  if (failed) {
    if (!host_error_) host_error_ = std::move(failed);
    clean_ = false;
    return wasmtime_trap_new("host function", 13);
  }
  for (std::size_t i = 0; i < signature.results.size(); ++i)
    to_raw(signature.results[i], slots[i], values[i]);
  return nullptr;
}

HostResult Instance::suspend(const BoundImport& import, std::span<Value> values) noexcept {
  if (nesting_ != Nesting::None)
    return Error(
        ErrorKind::GuestFault,
        fmt::format("'{}' '{}' waits, and nothing may wait while a host function or a start "
                    "function runs guest code",
                    import.function.module, import.function.name));
  const auto waker = std::make_shared<CallWaker>(*this);
  woken_ = false;
  auto operation =
      import.function.suspending(*this, values.first(import.signature.parameters.size()), waker);
  if (!operation) return std::move(operation).error();
  waiting_ = true;
  wasmtime_val_raw_t none{};
  wasm_trap_t* trap = nullptr;
  auto* error = wasmtime_func_call_unchecked(context_, &wait_, &none, 0, &trap);
  waiting_ = false;
  waker->detach();
  if (error != nullptr || trap != nullptr) {
    take_either(error, trap);
    return cancel_ ? *cancel_ : Error(ErrorKind::Gone, "the call was given up");
  }
  return (*operation)->complete(*this, values.first(import.signature.results.size()));
}

Result<std::shared_ptr<const MemoryImage>> Instance::snapshot(const std::vector<bool>* candidates) {
  if (linear_memory_ == nullptr)
    return fail(ErrorKind::Unsupported,
                "no image can be taken of a program whose instances are not kept: " +
                    program_->why_fresh());
  if (under_way() || !clean_)
    return fail(ErrorKind::Invalid,
                "no image can be taken of a guest whose run is not over or failed");
  if (linear_memory_->size() != image_->base()->size())
    return fail(
        ErrorKind::Invalid,
        fmt::format("the guest's memory has grown from {} to {} bytes: build it with a larger "
                    "initial memory",
                    image_->base()->size(), linear_memory_->size()));
  // What a settled instance was not asked to write differs from the base all the same.
  return MemoryImage::capture(image_->base(), linear_memory_->base(),
                              settled() ? nullptr : candidates, read_globals());
}

}  // namespace wws::wasm
