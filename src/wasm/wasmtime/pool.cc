#include "wasm/wasmtime/pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_map>
#include <utility>

#include "wasm/hold_memory.h"
#include "wasm/turns.h"
#include "wasm/waiting_line.h"
#include "wasm/wasmtime/idle_instances.h"
#include "wasm/wasmtime/instance.h"

namespace wws::wasm {
namespace {

namespace asio = boost::asio;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// One restore in so many, of those to another image as well, is checked against the image.
constexpr std::uint64_t kSampling = 1024;
// An instance moves onto its image's merged form after so many leases, or when so many pages of the
// image's own were put back that were not written: what merging costs.
constexpr std::uint64_t kSettleAfter = 200;
constexpr std::uint64_t kSettleAfterPages = 8000;
// Room for answers becomes free on all loops: how often one looks who waits for it.
constexpr std::chrono::milliseconds kLookForRoom{10};

std::uint64_t settle_after(const Image& image) {
  const std::uint64_t pages = std::max<std::uint64_t>(image.delta_pages(), 1);
  return std::clamp<std::uint64_t>(kSettleAfterPages / pages, 2, kSettleAfter);
}

// The pool itself; leases share it, so that one that outlives the pool finds its way home.
class PoolCore final : public std::enable_shared_from_this<PoolCore> {
 public:
  PoolCore(asio::any_io_executor loop, const PoolOptions& options, const PoolContext& context)
      : loop_(std::move(loop)),
        options_(options),
        context_(context),
        restoring_{.scan = PageScan(context.kept_mode.pagemap()),
                   .faults = FaultCount(context.kept_mode.faults_count())},
        turns_(loop_, context.clock),
        idle_(options.max_kept) {}

  using LeaseResult = Result<std::unique_ptr<Lease>>;

  // Whether one more of this image may run: neither the pool nor the image's share is full. Those
  // who wait then wait for a place that this one would not take. The share is a multiple of what is
  // free (Choudhury and Hahne, "Dynamic Queue Length Thresholds", 1998), so that several images
  // whose requests hang leave room for one more, as a single one does.
  [[nodiscard]] bool has_place(const Image* image) const {
    if (stats_.running >= options_.max_instances) return false;
    if (stats_.running > 0 && !context_.budget.has_room()) return false;
    const auto found = running_of_.find(image);
    const std::uint64_t share = options_.max_per_image;
    if (share == 0 || found == running_of_.end()) return true;
    if (share >= options_.max_instances) return found->second < share;
    const std::uint64_t free = options_.max_instances - stats_.running;
    return found->second * (options_.max_instances - share) < share * free;
  }
  [[nodiscard]] LeaseResult lend(const std::shared_ptr<const Program>& program,
                                 const std::shared_ptr<const Image>& image);
  [[nodiscard]] Task<LeaseResult> queue(std::shared_ptr<const Program> program,
                                        std::shared_ptr<const Image> image);
  [[nodiscard]] Task<Result<HeldMemory>> hold(std::uint64_t bytes,
                                              std::chrono::steady_clock::time_point deadline,
                                              const bool& gone);
  [[nodiscard]] std::optional<HeldMemory> try_hold(std::uint64_t bytes) {
    return context_.budget.hold(bytes);
  }
  void take_back(std::unique_ptr<Instance> instance);
  void drop_idle(const std::function<bool(const Image&)>& wanted) {
    stats_.dropped += idle_.drop([&](const Instance& one) { return !wanted(one.image()); });
  }

  // Lets those in who wait for memory, whoever of all loops has given it back.
  void watch_budget() {
    if (!context_.budget.bounded()) return;
    const auto admit = [weak = weak_from_this(), loop = loop_] {
      asio::post(loop, [weak] {
        if (const auto self = weak.lock())
          while (self->admit_next()) {
          }
      });
    };
    watch_ = context_.budget.watch(admit);
  }

  [[nodiscard]] PoolStats stats() const noexcept {
    PoolStats stats = stats_;
    stats.idle = idle_.size();
    stats.waiting = waiting_.size();
    return stats;
  }
  [[nodiscard]] const asio::any_io_executor& loop() const noexcept { return loop_; }
  [[nodiscard]] PageScan& scan() noexcept { return restoring_.scan; }
  [[nodiscard]] Turns& turns() noexcept { return turns_; }
  [[nodiscard]] KeptMode& kept_mode() noexcept { return context_.kept_mode; }
  [[nodiscard]] const MemoryBudget& budget() const noexcept { return context_.budget; }

 private:
  struct Ticket;

  void enter(const Image* image) {
    ++stats_.running;
    ++running_of_[image];
  }
  [[nodiscard]] Result<std::unique_ptr<Instance>> obtain(
      std::shared_ptr<const LoadedProgram> program, std::shared_ptr<const MemoryImage> image);
  [[nodiscard]] std::unique_ptr<Instance> switch_to(
      std::unique_ptr<Instance> instance, const std::shared_ptr<const MemoryImage>& image);
  [[nodiscard]] bool may_keep(Instance& instance);
  [[nodiscard]] bool must_check() noexcept;
  [[nodiscard]] bool is_sound(Instance& instance);
  void distrust(std::string_view why);
  void forget(const Image* image) noexcept;
  void leave(const Image* image) noexcept;
  bool admit_next() noexcept;

  asio::any_io_executor loop_;
  PoolOptions options_;
  PoolContext context_;
  RestoreTools restoring_;
  Turns turns_;
  IdleInstances idle_;  // as many as may be kept
  WaitingLine<Image, Ticket> waiting_;
  std::unordered_map<const Image*, std::uint32_t> running_of_;
  PoolStats stats_;
  std::uint64_t number_ = 0;    // of the last lease or switch: what a canary holds
  std::uint64_t restores_ = 0;  // that might have been checked
  MemoryBudget::Watch watch_;
};

class LeaseImpl final : public Lease {
 public:
  LeaseImpl(std::shared_ptr<PoolCore> pool, std::unique_ptr<Instance> instance)
      : pool_(std::move(pool)), instance_(std::move(instance)) {
    instance_->set_wake_handler([](void* self) { static_cast<LeaseImpl*>(self)->wake(); }, this);
  }
  ~LeaseImpl() override {
    instance_->set_wake_handler(nullptr, nullptr);
    pool_->take_back(std::move(instance_));
  }

  void set_user(void* user) noexcept override { instance_->set_user(user); }
  void set_limits(const Limits& limits) noexcept override { instance_->set_limits(limits); }

  Task<Result<Value>> call(std::string_view exported, std::span<const Value> arguments) override {
    if (auto ended = try_call(exported, arguments)) co_return std::move(*ended);
    co_return co_await resume();
  }
  std::optional<Result<Value>> try_call(std::string_view exported,
                                        std::span<const Value> arguments) override {
    if (instance_->under_way())
      return Result<Value>(fail(ErrorKind::Internal, "a call of this lease is under way"));
    if (auto started = instance_->start(exported, arguments); !started)
      return Result<Value>(fail(std::move(started).error()));
    return instance_->poll();
  }
  Task<Result<Value>> resume() override {
    while (instance_->under_way()) {
      if (auto counted = count_memory(); !counted) instance_->cancel(std::move(counted).error());
      const bool waits = instance_->waits() && !instance_->cancelled();
      if (waits) co_await sleep();
      std::optional<Result<Value>> ended;
      if (instance_->cpu_used() > Turns::kHeavy) {
        co_await pool_->turns().wait();
        ended = instance_->poll();
        pool_->turns().over();
      } else {
        if (!waits) co_await pool_->turns().yield();
        ended = instance_->poll();
      }
      if (ended) co_return std::move(*ended);
    }
    co_return fail(ErrorKind::Internal, "no call of this lease is under way");
  }
  void cancel(Error why) noexcept override { instance_->cancel(std::move(why)); }

  [[nodiscard]] GuestMemory memory() noexcept override { return instance_->memory(); }
  [[nodiscard]] std::chrono::nanoseconds cpu_used() const noexcept override {
    return instance_->cpu_used();
  }
  [[nodiscard]] std::uint64_t instructions() const noexcept override {
    return instance_->instructions();
  }
  [[nodiscard]] std::size_t dirty_pages() override {
    LinearMemory* memory = instance_->linear_memory();
    return memory == nullptr ? 0 : count_changed_pages(pool_->scan(), *memory, instance_->image());
  }
  [[nodiscard]] Result<void> count_memory() override {
    if (instance_->count_memory(pool_->kept_mode().on() ? &pool_->scan() : nullptr)) return {};
    return fail(ErrorKind::Exhausted,
                fmt::format("it needs more memory while all workers together use the {} bytes that "
                            "they may: raise guest_memory",
                            pool_->budget().bytes()));
  }
  void mark_unclean() noexcept override { instance_->mark_unclean(); }

  [[nodiscard]] Result<std::shared_ptr<const Image>> snapshot() override {
    LinearMemory* memory = instance_->linear_memory();
    std::optional<std::vector<bool>> touched;
    if (memory != nullptr && pool_->kept_mode().on()) {
      auto pages =
          anonymous_pages(pool_->kept_mode().pagemap(), memory->base(), memory->size() / kHostPage);
      if (pages) touched = std::move(*pages);
    }
    return instance_->snapshot(touched ? &*touched : nullptr);
  }

 private:
  // Until the operation is done or the call cancelled. Operations bound their own waits.
  Task<void> sleep() {
    alarm_.emplace(pool_->loop(), asio::steady_timer::time_point::max());
    co_await alarm_->async_wait(kAwait);
    alarm_.reset();
  }
  void wake() {
    if (alarm_) alarm_->cancel();
  }

  std::shared_ptr<PoolCore> pool_;
  std::unique_ptr<Instance> instance_;
  std::optional<asio::steady_timer> alarm_;
};

// A place in the queue; it leaves it, or gives back what it was given, however its owner ends.
struct PoolCore::Ticket {
  PoolCore& pool;
  const Image* image;
  asio::steady_timer timer;
  WaitingLine<Image, Ticket>::Place place;
  bool granted = false, handed_over = false;

  Ticket(PoolCore& owner, const Image* wanted)
      : pool(owner),
        image(wanted),
        timer(owner.loop_, owner.options_.max_wait),
        place(owner.waiting_.join(wanted, *this)) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() {
    if (handed_over) return;
    if (granted)
      pool.leave(image);
    else
      pool.waiting_.leave(image, place);
  }
};

Task<PoolCore::LeaseResult> PoolCore::queue(std::shared_ptr<const Program> program,
                                            std::shared_ptr<const Image> image) {
  if (has_place(image.get())) co_return lend(program, image);
  if (waiting_.size() >= options_.max_waiting)
    co_return fail(
        ErrorKind::Exhausted,
        fmt::format("{} instances run and {} requests wait already; raise the limits or add "
                    "machines",
                    stats_.running, waiting_.size()));
  const auto self = shared_from_this();
  Ticket ticket(*this, image.get());
  co_await ticket.timer.async_wait(kAwait);
  if (!ticket.granted && !context_.budget.has_room())
    co_return fail(ErrorKind::Exhausted,
                   fmt::format("all workers together use the {} bytes that they may, and none "
                               "became free within {} ms: raise guest_memory",
                               context_.budget.bytes(), options_.max_wait.count()));
  if (!ticket.granted)
    co_return fail(ErrorKind::Exhausted,
                   fmt::format("no instance became free within {} ms", options_.max_wait.count()));
  // The place was kept: the ticket hands it over, to the next one where nothing can be lent.
  ticket.handed_over = true;
  forget(image.get());
  auto lease = lend(program, image);
  if (!lease) admit_next();
  co_return lease;
}

Task<Result<HeldMemory>> PoolCore::hold(std::uint64_t bytes,
                                        std::chrono::steady_clock::time_point deadline,
                                        const bool& gone) {
  const auto self = shared_from_this();
  asio::steady_timer timer(loop_);
  deadline = std::min(deadline, std::chrono::steady_clock::now() + options_.max_wait);
  while (!gone) {
    if (auto held = try_hold(bytes)) co_return std::move(*held);
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline)
      co_return fail(ErrorKind::Exhausted,
                     fmt::format("clients are slow to take what workers have answered, which fills "
                                 "half of the {} bytes that all may use together: raise "
                                 "guest_memory",
                                 context_.budget.bytes()));
    timer.expires_at(std::min(deadline, now + kLookForRoom));
    co_await timer.async_wait(kAwait);
  }
  co_return fail(ErrorKind::Gone, "the client left");
}

void PoolCore::forget(const Image* image) noexcept {
  --stats_.running;
  const auto found = running_of_.find(image);
  if (--found->second == 0) running_of_.erase(found);
}

void PoolCore::leave(const Image* image) noexcept {
  forget(image);
  admit_next();
}

// The first in the queue that there is a place for: a crowd of one image holds up no other.
bool PoolCore::admit_next() noexcept {
  if (waiting_.empty() || stats_.running >= options_.max_instances) return false;
  Ticket* const next = waiting_.take_first([this](const Image* image) { return has_place(image); });
  if (next == nullptr) return false;
  next->granted = true;
  enter(next->image);
  next->timer.cancel();
  return true;
}

PoolCore::LeaseResult PoolCore::lend(const std::shared_ptr<const Program>& program,
                                     const std::shared_ptr<const Image>& image) {
  if (context_.kept_mode.forked())
    return fail(
        ErrorKind::Internal,
        "this process was forked from one with a runtime; it must make a runtime of its own");
  auto loaded = std::static_pointer_cast<const LoadedProgram>(program);
  auto wanted = std::static_pointer_cast<const MemoryImage>(image);
  const auto& base = static_cast<const MemoryImage&>(*loaded->base_image());
  if (wanted->base() != base.base())
    return fail(ErrorKind::Internal, "the image belongs to another program");
  auto instance = obtain(std::move(loaded), std::move(wanted));
  if (!instance) return fail(std::move(instance).error());
  (*instance)->begin_lease(restoring_, ++number_);
  ++stats_.leases;
  enter(image.get());
  return std::make_unique<LeaseImpl>(shared_from_this(), std::move(*instance));
}

Result<std::unique_ptr<Instance>> PoolCore::obtain(std::shared_ptr<const LoadedProgram> program,
                                                   std::shared_ptr<const MemoryImage> image) {
  Standing standing = Standing::New;
  if (program->kept() && context_.kept_mode.on()) {
    if (auto same = idle_.take(*program, *image)) return same;
    auto choice = idle_.choose(*program, *image, stats_.running);
    standing = choice.standing;
    if (choice.instance != nullptr)
      if (auto switched = switch_to(std::move(choice.instance), image)) return switched;
  }
  ++stats_.created;
  auto made = Instance::create(std::move(program), std::move(image), context_.clock);
  if (made) (*made)->standing = standing;
  return made;
}

// Null when its memory could not be put back.
std::unique_ptr<Instance> PoolCore::switch_to(std::unique_ptr<Instance> instance,
                                              const std::shared_ptr<const MemoryImage>& image) {
  const Restored switched = instance->switch_image(restoring_, image, ++number_);
  if (switched.untruthful) distrust(switched.why);
  if (switched.drop || (must_check() && !is_sound(*instance))) {
    ++stats_.dropped;
    return nullptr;
  }
  ++stats_.image_switches;
  stats_.unscanned += switched.scanned ? 0 : 1;
  return instance;
}

void PoolCore::take_back(std::unique_ptr<Instance> instance) {
  const Image* image = &instance->image();
  if (may_keep(*instance)) {
    ++stats_.restored;
    if (&instance->image() != image) idle_.remember(image);
    stats_.dropped += idle_.put(std::move(instance), stats_.running - 1);
  } else {
    instance.reset();
    ++stats_.dropped;
  }
  leave(image);
}

bool PoolCore::may_keep(Instance& instance) {
  if (!instance.program().kept() || !context_.kept_mode.on() || context_.kept_mode.forked() ||
      options_.max_kept == 0 || instance.uses() >= options_.max_uses)
    return false;
  const Restored restored = instance.end_lease(restoring_);
  if (restored.untruthful) distrust(restored.why);
  if (restored.drop) {
    if (context_.log.enabled(observe::Level::Debug))
      context_.log.debug("instance dropped", {{"why", std::string(restored.why)}});
    return false;
  }
  stats_.unscanned += restored.scanned ? 0 : 1;
  if (must_check() && !is_sound(instance)) return false;
  if (instance.standing == Standing::New) return true;
  if (instance.uses_of_image() % settle_after(instance.image()) != 0 || instance.settled())
    return true;
  instance.image().merge(context_.kept_mode.merging());
  if (!instance.settle()) return false;
  stats_.settled += instance.settled() ? 1 : 0;
  return true;
}

bool PoolCore::must_check() noexcept {
  return context_.check == CheckRestores::Every || ++restores_ % kSampling == 0;
}

bool PoolCore::is_sound(Instance& instance) {
  LinearMemory& memory = *instance.linear_memory();
  std::optional<std::vector<bool>> touched;
  if (context_.check == CheckRestores::Sampled) {
    auto pages =
        anonymous_pages(context_.kept_mode.pagemap(), memory.base(), memory.size() / kHostPage);
    if (!pages) return instance.trim();
    touched = std::move(*pages);
  }
  if (instance.equals_image(touched ? &*touched : nullptr)) return true;
  distrust("a restored memory was not equal to its image");
  return false;
}

void PoolCore::distrust(std::string_view why) {
  context_.kept_mode.switch_off(std::string(why));
  idle_.clear();
}

class PoolImpl final : public InstancePool {
 public:
  explicit PoolImpl(std::shared_ptr<PoolCore> core) : core_(std::move(core)) {}

  Task<Result<std::unique_ptr<Lease>>> acquire(std::shared_ptr<const Program> program,
                                               std::shared_ptr<const Image> image) override {
    return core_->queue(std::move(program), std::move(image));
  }
  std::optional<Result<std::unique_ptr<Lease>>> try_acquire(
      const std::shared_ptr<const Program>& program,
      const std::shared_ptr<const Image>& image) override {
    if (!core_->has_place(image.get())) return std::nullopt;
    return core_->lend(program, image);
  }
  [[nodiscard]] PoolStats stats() const noexcept override { return core_->stats(); }
  void drop_idle(const std::function<bool(const Image&)>& wanted) override {
    core_->drop_idle(wanted);
  }
  [[nodiscard]] PoolCore& core() noexcept { return *core_; }

 private:
  std::shared_ptr<PoolCore> core_;
};

}  // namespace

Task<Result<HeldMemory>> hold_memory(InstancePool& pool, std::uint64_t bytes,
                                     std::chrono::steady_clock::time_point deadline,
                                     const bool& gone) {
  return static_cast<PoolImpl&>(pool).core().hold(bytes, deadline, gone);
}

std::optional<HeldMemory> try_hold_memory(InstancePool& pool, std::uint64_t bytes) {
  return static_cast<PoolImpl&>(pool).core().try_hold(bytes);
}

std::unique_ptr<InstancePool> make_instance_pool(asio::any_io_executor loop,
                                                 const PoolOptions& options,
                                                 const PoolContext& context) {
  auto core = std::make_shared<PoolCore>(std::move(loop), options, context);
  core->watch_budget();
  return std::make_unique<PoolImpl>(std::move(core));
}

}  // namespace wws::wasm
