#include "http/client/name_resolver.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "io/notifier.h"

namespace wws::http {
namespace asio = boost::asio;
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

std::optional<std::string> numeric(const sockaddr& raw) {
  if (raw.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &raw, sizeof v4);
    return asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
  }
  if (raw.sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &raw, sizeof v6);
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes, v6.sin6_scope_id).to_string();
}

Error lookup_error(const std::string& name, int code, int system_code) {
  const bool is_ours = code == EAI_MEMORY || code == EAI_SYSTEM;
  const std::string why =
      code == EAI_SYSTEM ? std::generic_category().message(system_code) : gai_strerror(code);
  return Error(is_ours ? ErrorKind::Exhausted : ErrorKind::NotFound,
               fmt::format("the host '{}' does not resolve: {}", name, why));
}

}  // namespace

Result<Addresses> look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (code != 0) return fail(lookup_error(name, code, errno));
  Addresses addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next)
    if (auto address = numeric(*entry->ai_addr)) addresses.push_back(*std::move(address));
  freeaddrinfo(found);
  if (addresses.empty()) return fail(lookup_error(name, EAI_NONAME, 0));
  return addresses;
}

// What the threads share with the resolver, and may outlive it with. All of it under the mutex.
class NameResolver::State final : public std::enable_shared_from_this<State> {
 public:
  using Answer = Result<Addresses>;
  // Where a wait gets its answer; touched on its loop only.
  struct Mailbox {
    explicit Mailbox(const asio::any_io_executor& loop) : ready(loop) {}
    io::Notifier ready;
    std::shared_ptr<const Answer> answer;
  };

  explicit State(NameResolverOptions options) : options_(std::move(options)) {}

  class Place;
  // An error where there is no wait: the name failed a moment ago, or the queue is full.
  Result<std::unique_ptr<Place>> enter(const asio::any_io_executor& loop, const Query& query);
  void end();

 private:
  struct Waiter {
    asio::any_io_executor loop;
    std::weak_ptr<Mailbox> mailbox;
    std::string asker;
  };
  struct Lookup {
    std::string name;
    bool running = false;
    std::string payer;  // whose share it takes while it runs
    std::list<Waiter> waiters;
    std::map<std::string, std::size_t> askers;  // how many of the waiters are whose
  };
  using LookupPointer = std::shared_ptr<Lookup>;
  struct Asker {
    std::size_t running = 0;
    std::list<LookupPointer> queue;
  };
  struct Failure {
    Error error;
    TimePoint until;
  };
  struct Thread {
    std::thread handle;
    bool looks_up = false;
  };

  Result<void> queue(const LookupPointer& lookup, const std::string& asker);
  void unqueue(const LookupPointer& lookup, const std::string& asker);
  void leave(const LookupPointer& lookup, std::list<Waiter>::iterator waiter);
  [[nodiscard]] bool call_thread();
  void serve(Thread& thread);
  LookupPointer pick();
  void begin(const LookupPointer& lookup, const std::string& payer);
  void finish(const LookupPointer& lookup, Answer answer);
  void deliver(Lookup& lookup, const Answer& answer);
  void remember(const std::string& name, const Error& error);
  void forget_if_idle(const std::string& asker);

  const NameResolverOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, LookupPointer> lookups_;  // queued and running
  std::map<std::string, Asker> askers_;           // that have any
  std::string last_asker_;                        // whose turn it was
  std::map<std::string, Failure> failures_;
  std::list<Thread> threads_;
  std::size_t running_ = 0;
  std::size_t idle_threads_ = 0;
  bool ending_ = false;
};

// One wait in a lookup's list; ends with the coroutine that waits.
class NameResolver::State::Place final {
 public:
  Place(std::shared_ptr<State> state, LookupPointer lookup, std::list<Waiter>::iterator waiter,
        std::shared_ptr<Mailbox> waited_at)
      : mailbox(std::move(waited_at)),
        state_(std::move(state)),
        lookup_(std::move(lookup)),
        waiter_(waiter) {}
  ~Place() {
    const std::lock_guard lock(state_->mutex_);
    if (!lookup_->waiters.empty()) state_->leave(lookup_, waiter_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] bool has_begun() const {
    const std::lock_guard lock(state_->mutex_);
    return lookup_->running;
  }

  const std::shared_ptr<Mailbox> mailbox;

 private:
  std::shared_ptr<State> state_;
  LookupPointer lookup_;
  std::list<Waiter>::iterator waiter_;
};

// ---- Those who wait ----

Result<std::unique_ptr<NameResolver::State::Place>> NameResolver::State::enter(
    const asio::any_io_executor& loop, const Query& query) {
  auto mailbox = std::make_shared<Mailbox>(loop);
  const std::lock_guard lock(mutex_);
  const auto failed = failures_.find(query.name);
  if (failed != failures_.end() && failed->second.until > options_.now())
    return fail(failed->second.error);
  const auto known = lookups_.find(query.name);
  const auto lookup = known != lookups_.end() ? known->second : std::make_shared<Lookup>();
  lookup->name = query.name;
  if (!lookup->running && !lookup->askers.contains(query.asker))
    WWS_CHECK(queue(lookup, query.asker));
  ++lookup->askers[query.asker];
  lookup->waiters.push_front({loop, mailbox, query.asker});
  return std::make_unique<Place>(shared_from_this(), lookup, lookup->waiters.begin(),
                                 std::move(mailbox));
}

Result<void> NameResolver::State::queue(const LookupPointer& lookup, const std::string& asker) {
  auto& queue = askers_[asker].queue;
  if (queue.size() >= options_.max_queued)
    return fail(ErrorKind::Exhausted,
                fmt::format("resolving '{}': this worker waits for {} other names already",
                            lookup->name, queue.size()));
  if (!call_thread()) {
    forget_if_idle(asker);
    return fail(ErrorKind::Exhausted,
                fmt::format("resolving '{}': the system gives no thread for it", lookup->name));
  }
  queue.push_back(lookup);
  lookups_.emplace(lookup->name, lookup);
  return {};
}

void NameResolver::State::unqueue(const LookupPointer& lookup, const std::string& asker) {
  std::erase(askers_[asker].queue, lookup);
  forget_if_idle(asker);
}

void NameResolver::State::leave(const LookupPointer& lookup, std::list<Waiter>::iterator waiter) {
  const std::string asker = waiter->asker;
  lookup->waiters.erase(waiter);
  if (--lookup->askers[asker] > 0) return;
  lookup->askers.erase(asker);
  if (lookup->running) return;
  unqueue(lookup, asker);
  if (lookup->waiters.empty()) lookups_.erase(lookup->name);
}

// ---- Threads ----

// One more for one more lookup. False when there is none and cannot be.
bool NameResolver::State::call_thread() {
  const std::size_t queued = lookups_.size() - running_;
  changed_.notify_one();
  if (idle_threads_ > queued || threads_.size() >= options_.threads) return true;
  try {
    Thread& thread = threads_.emplace_back();
    thread.handle = std::thread([self = shared_from_this(), &thread] { self->serve(thread); });
    ++idle_threads_;
  } catch (const std::system_error&) {
    threads_.pop_back();
  }
  return !threads_.empty();
}

void NameResolver::State::serve(Thread& thread) {
  std::unique_lock lock(mutex_);
  while (true) {
    LookupPointer lookup;
    changed_.wait(lock, [&] { return ending_ || (lookup = pick()); });
    --idle_threads_;
    if (ending_) return;
    thread.looks_up = true;
    lock.unlock();
    Answer answer = options_.look_up(lookup->name);
    lock.lock();
    if (ending_) return;  // `thread` is gone
    thread.looks_up = false;
    ++idle_threads_;
    finish(lookup, std::move(answer));
  }
}

// The next lookup that may run, of the next asker that has one.
NameResolver::State::LookupPointer NameResolver::State::pick() {
  const std::size_t free = options_.threads - running_;
  auto at = askers_.upper_bound(last_asker_);
  for (std::size_t left = askers_.size(); left > 0; --left, ++at) {
    if (at == askers_.end()) at = askers_.begin();
    if (at->second.queue.empty() || at->second.running >= free) continue;
    const LookupPointer lookup = at->second.queue.front();
    last_asker_ = at->first;
    begin(lookup, last_asker_);
    return lookup;
  }
  return nullptr;
}

void NameResolver::State::begin(const LookupPointer& lookup, const std::string& payer) {
  lookup->running = true;
  lookup->payer = payer;
  ++askers_[payer].running;
  ++running_;
  for (const auto& [asker, count] : lookup->askers) unqueue(lookup, asker);
}

void NameResolver::State::finish(const LookupPointer& lookup, Answer answer) {
  --running_;
  --askers_[lookup->payer].running;
  forget_if_idle(lookup->payer);
  lookups_.erase(lookup->name);
  if (!answer && answer.error().kind() == ErrorKind::NotFound)
    remember(lookup->name, answer.error());
  deliver(*lookup, answer);
  changed_.notify_all();  // there is more room for everybody
}

// A loop that is destroyed has destroyed its waits first, so it is there as long as they are.
void NameResolver::State::deliver(Lookup& lookup, const Answer& answer) {
  const auto shared = std::make_shared<const Answer>(answer);
  for (const Waiter& waiter : lookup.waiters)
    asio::post(waiter.loop, [mailbox = waiter.mailbox, shared] {
      const auto there = mailbox.lock();
      if (!there) return;
      there->answer = shared;
      there->ready.notify();
    });
  lookup.waiters.clear();
  lookup.askers.clear();
}

void NameResolver::State::remember(const std::string& name, const Error& error) {
  const auto now = options_.now();
  if (failures_.size() >= options_.max_failures)
    std::erase_if(failures_, [&](const auto& entry) { return entry.second.until <= now; });
  if (failures_.size() >= options_.max_failures) failures_.erase(failures_.begin());
  failures_.insert_or_assign(name, Failure{error, now + options_.failure_life});
}

void NameResolver::State::forget_if_idle(const std::string& asker) {
  const auto at = askers_.find(asker);
  if (at != askers_.end() && at->second.running == 0 && at->second.queue.empty()) askers_.erase(at);
}

void NameResolver::State::end() {
  std::list<Thread> waiting;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    const Answer answer = fail(ErrorKind::Gone, "resolving a name: the server ends");
    for (const auto& [name, lookup] : lookups_) deliver(*lookup, answer);
    for (Thread& thread : threads_) {
      if (thread.looks_up)
        thread.handle.detach();
      else
        waiting.push_back(std::move(thread));
    }
    threads_.clear();
  }
  changed_.notify_all();
  for (Thread& thread : waiting) thread.handle.join();
}

// ---- NameResolver ----

NameResolver::NameResolver(NameResolverOptions options)
    : state_(std::make_shared<State>(std::move(options))) {}
NameResolver::~NameResolver() { state_->end(); }

Task<Result<Addresses>> NameResolver::resolve(asio::any_io_executor loop, Query query,
                                              TimePoint until) {
  const std::string name = query.name;
  // Not `this`: a wait may be left in its loop when the resolver ends.
  WWS_CO_TRY(const auto place, state_->enter(loop, query));
  co_await place->mailbox->ready.wait_until(until);
  if (place->mailbox->answer) co_return *place->mailbox->answer;
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none)
    co_return fail(ErrorKind::Gone, fmt::format("resolving '{}': cancelled", name));
  if (place->has_begun())
    co_return fail(ErrorKind::TimedOut, fmt::format("resolving '{}': no answer in time", name));
  co_return fail(ErrorKind::TimedOut,
                 fmt::format("resolving '{}': other names of this worker took all the time", name));
}

}  // namespace wws::http
