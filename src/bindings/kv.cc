#include "bindings/kv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

namespace wws::bindings {
namespace {

constexpr std::size_t kShards = 128;

using Value = std::shared_ptr<const std::string>;
using Shard = std::map<std::string, Value, std::less<>>;

std::size_t shard_of(std::string_view key) { return std::hash<std::string_view>{}(key) % kShards; }

}  // namespace

// All of a namespace at one moment. In shards, so that a commit copies only those it changes.
class KvSnapshot {
 public:
  [[nodiscard]] const std::string* find(std::string_view key) const {
    const auto& shard = shards[shard_of(key)];
    if (!shard) return nullptr;
    const auto found = shard->find(key);
    return found == shard->end() ? nullptr : found->second.get();
  }

  std::array<std::shared_ptr<const Shard>, kShards> shards;
  std::uint64_t keys = 0;
  std::uint64_t bytes = 0;
};

namespace {

// A copy of a snapshot in the making.
class Draft {
 public:
  explicit Draft(const KvSnapshot& base) : next_(std::make_shared<KvSnapshot>(base)) {}

  void put(const std::string& key, const Value& value) {
    drop(key);
    if (!value) return;
    own(shard_of(key)).insert_or_assign(key, value);
    ++next_->keys;
    next_->bytes += key.size() + value->size();
  }
  [[nodiscard]] const std::shared_ptr<KvSnapshot>& result() const { return next_; }

 private:
  void drop(const std::string& key) {
    const auto* old = next_->find(key);
    if (!old) return;
    --next_->keys;
    next_->bytes -= key.size() + old->size();
    own(shard_of(key)).erase(key);
  }
  Shard& own(std::size_t index) {
    auto& shard = owned_[index];
    if (!shard) {
      const auto& base = next_->shards[index];
      shard = base ? std::make_shared<Shard>(*base) : std::make_shared<Shard>();
      next_->shards[index] = shard;
    }
    return *shard;
  }

  std::shared_ptr<KvSnapshot> next_;
  std::array<std::shared_ptr<Shard>, kShards> owned_;
};

}  // namespace

class KvNamespace {
 public:
  KvNamespace(std::string space_name, KvLimits space_limits)
      : name(std::move(space_name)), limits(space_limits) {}

  [[nodiscard]] std::shared_ptr<const KvSnapshot> snapshot() {
    const std::lock_guard lock(current_mutex_);
    return current_;
  }
  // Writers one after the other; readers wait for the exchange of a pointer only.
  [[nodiscard]] Result<void> apply(const std::map<std::string, Value, std::less<>>& changes) {
    const std::lock_guard writers(write_mutex_);
    const auto before = snapshot();
    Draft draft(*before);
    for (const auto& [key, value] : changes) draft.put(key, value);
    const auto next = draft.result();
    WWS_CHECK(check(next->keys, next->bytes));
    const std::lock_guard lock(current_mutex_);
    current_ = next;
    return {};
  }
  [[nodiscard]] Result<void> check(std::uint64_t keys, std::uint64_t bytes) const {
    if (limits.max_keys > 0 && keys > limits.max_keys)
      return fail(ErrorKind::Exhausted,
                  fmt::format("the key/value namespace '{}' is full: at most {} keys; remove some",
                              name, limits.max_keys));
    if (limits.max_bytes > 0 && bytes > limits.max_bytes)
      return fail(ErrorKind::Exhausted,
                  fmt::format("the key/value namespace '{}' is full: at most {} bytes; remove some",
                              name, limits.max_bytes));
    return {};
  }

  const std::string name;
  const KvLimits limits;

 private:
  std::mutex write_mutex_;
  std::mutex current_mutex_;
  std::shared_ptr<const KvSnapshot> current_ = std::make_shared<KvSnapshot>();
};

KvTransaction::KvTransaction(std::shared_ptr<KvNamespace> space) : space_(std::move(space)) {}
KvTransaction::~KvTransaction() = default;

const KvSnapshot& KvTransaction::seen() {
  if (!seen_) seen_ = space_->snapshot();
  return *seen_;
}

std::uint64_t KvTransaction::seen_bytes() { return seen().bytes; }

std::optional<std::string_view> KvTransaction::find(std::string_view key) {
  const auto changed = changes_.find(key);
  const auto* value = changed != changes_.end() ? changed->second.get() : seen().find(key);
  if (!value) return std::nullopt;
  return *value;
}

std::vector<KvEntry> KvTransaction::entries() {
  std::vector<KvEntry> all;
  all.reserve(seen().keys + changes_.size());
  for (const auto& shard : seen().shards)
    if (shard)
      for (const auto& [key, value] : *shard)
        if (!changes_.contains(key)) all.push_back({key, *value});
  for (const auto& [key, value] : changes_)
    if (value) all.push_back({key, *value});
  std::ranges::sort(all, {}, &KvEntry::key);
  return all;
}

void KvTransaction::forget(std::string_view key) {
  const auto old = changes_.find(key);
  if (old == changes_.end()) return;
  if (old->second) {
    --set_count_;
    set_bytes_ -= key.size() + old->second->size();
  }
  changes_.erase(old);
}

Result<void> KvTransaction::set(std::string key, std::string value) {
  seen();
  forget(key);
  const auto bytes = set_bytes_ + key.size() + value.size();
  WWS_CHECK(space_->check(set_count_ + 1, bytes));
  ++set_count_;
  set_bytes_ = bytes;
  changes_.emplace(std::move(key), std::make_shared<const std::string>(std::move(value)));
  return {};
}

void KvTransaction::remove(std::string key) {
  forget(key);
  // What the request does not see needs no removal, so removals are bounded by what exists.
  if (seen().find(key)) changes_.emplace(std::move(key), nullptr);
}

void KvTransaction::drop_changes() {
  changes_.clear();
  set_count_ = 0;
  set_bytes_ = 0;
}

Result<void> KvTransaction::replace_with(const KvMap& wanted) {
  drop_changes();
  for (const auto& [key, value] : wanted) {
    const auto* old = seen().find(key);
    if (!old || *old != value) WWS_CHECK(set(key, value));
  }
  for (const auto& shard : seen().shards)
    if (shard)
      for (const auto& [key, value] : *shard)
        if (!wanted.contains(key)) remove(key);
  return {};
}

Result<void> KvTransaction::commit() {
  const auto changes = std::move(changes_);
  drop_changes();
  seen_ = nullptr;
  if (changes.empty()) return {};
  return space_->apply(changes);
}

KvStore::KvStore(KvLimits limits) : limits_(limits) {}
KvStore::~KvStore() = default;

std::unique_ptr<KvTransaction> KvStore::begin(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& space = spaces_[name];
  if (!space) space = std::make_shared<KvNamespace>(name, limits_);
  return std::make_unique<KvTransaction>(space);
}

}  // namespace wws::bindings
