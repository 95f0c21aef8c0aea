// Key/value store: named maps in memory that workers share.
//
// A request reads one immutable snapshot of its namespace, taken at its first use, and records what
// it changes; commit() writes only those keys, all or nothing. Two requests at once therefore lose
// nothing of each other's, unless they write the same key: then the later commit wins.
//
// KvStore is thread-safe; a KvTransaction belongs to one thread and may outlive the store. Keys and
// values are byte strings.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::bindings {

// Bounds of one namespace; 0 switches a number off.
struct KvLimits {
  std::uint64_t max_keys = 100'000;
  std::uint64_t max_bytes = 64u << 20;  // keys and values together
};

using KvMap = std::map<std::string, std::string, std::less<>>;

struct KvEntry {
  std::string_view key, value;
};

class KvNamespace;  // kv.cc
class KvSnapshot;

class KvTransaction final {
 public:
  explicit KvTransaction(std::shared_ptr<KvNamespace> space);
  KvTransaction(const KvTransaction&) = delete;
  KvTransaction& operator=(const KvTransaction&) = delete;
  ~KvTransaction();

  // What this request sees: the snapshot with its own changes. The view lives until the next call
  // that changes, commits or ends the transaction.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view key);
  // All of it, by key; the views live as long.
  [[nodiscard]] std::vector<KvEntry> entries();
  // Keys and values of the snapshot together.
  [[nodiscard]] std::uint64_t seen_bytes();
  // Exhausted when what is set alone would be over the namespace's limits; the key is then as it
  // was in the snapshot.
  [[nodiscard]] Result<void> set(std::string key, std::string value);
  void remove(std::string key);
  // Makes the request's view equal to `wanted`: what differs from the snapshot becomes its changes,
  // so keys that the worker left alone are not written.
  [[nodiscard]] Result<void> replace_with(const KvMap& wanted);

  // Publishes the changes; afterwards the transaction is as new. Exhausted when the namespace would
  // go over a limit: then nothing is written and the changes are dropped.
  [[nodiscard]] Result<void> commit();

 private:
  using Changes = std::map<std::string, std::shared_ptr<const std::string>, std::less<>>;

  const KvSnapshot& seen();
  void forget(std::string_view key);
  void drop_changes();

  std::shared_ptr<KvNamespace> space_;
  std::shared_ptr<const KvSnapshot> seen_;
  Changes changes_;  // no value: removed
  std::uint64_t set_count_ = 0;
  std::uint64_t set_bytes_ = 0;
};

class KvStore final {
 public:
  explicit KvStore(KvLimits limits = {});
  KvStore(const KvStore&) = delete;
  KvStore& operator=(const KvStore&) = delete;
  ~KvStore();

  // A transaction on a namespace, which is made when it does not exist.
  [[nodiscard]] std::unique_ptr<KvTransaction> begin(const std::string& name);

 private:
  KvLimits limits_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<KvNamespace>> spaces_;
};

}  // namespace wws::bindings
