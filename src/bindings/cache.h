// Cache: responses that workers keep (the web's Cache API), in memory.
//
// Each *space* is a world of its own, named by whoever calls: a worker's file, or a namespace that
// several workers share. In it are a default cache and caches by name; in a cache are responses by
// request. The limits hold for all spaces together. When something has to go, it is what was not
// used for the longest time in the space that takes most: a worker that fills the store pushes out
// its own.
//
// CacheStore is thread-safe. What find() gives is immutable and may outlive the store.
// https://w3c.github.io/ServiceWorker/#cache-objects
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "io/clock.h"

namespace wws::bindings {

struct CacheLimits {
  std::uint64_t bytes = 64u << 20;       // all of it; 0: nothing is kept
  std::uint64_t entry_bytes = 8u << 20;  // one response with its request
  std::uint64_t entries = 10'000;
};

// Of one space.
inline constexpr std::size_t kMaxNamedCaches = 256;
inline constexpr std::size_t kMaxCacheName = 1024;
// Responses to one URL that differ by what Vary names; the oldest one goes first.
inline constexpr std::size_t kMaxVariants = 64;

struct CachedResponse {
  std::string request_url;  // without fragment
  http::Headers request_headers;
  int status = 200;
  std::string status_text;
  std::uint32_t flags = 0;  // the caller's
  std::string url;
  http::Headers headers;
  std::string body;
};
using CachedPointer = std::shared_ptr<const CachedResponse>;

struct CachePlace {
  std::string_view space;
  std::optional<std::string_view> name;  // nothing: the default cache
};

struct CacheQuery {
  std::optional<std::string> url;  // without fragment; nothing: every response
  http::Headers headers;
  bool ignore_search = false;
  bool ignore_vary = false;
};

struct CacheStats {
  std::uint64_t entries = 0, bytes = 0;  // now
  std::uint64_t hits = 0, misses = 0;    // of find() with a URL
  std::uint64_t stored = 0, refused = 0;
  std::uint64_t evicted = 0;  // to make room
};

class CacheStore final {
 public:
  // `clock` outlives the store.
  explicit CacheStore(const io::Clock& clock, CacheLimits limits = {});
  CacheStore(const CacheStore&) = delete;
  CacheStore& operator=(const CacheStore&) = delete;
  ~CacheStore();

  [[nodiscard]] const CacheLimits& limits() const noexcept { return limits_; }

  // Caches by name, in the order in which they were made. Errors: Exhausted.
  [[nodiscard]] Result<void> open(std::string_view space, std::string_view name);
  [[nodiscard]] bool has(std::string_view space, std::string_view name);
  // False when there was none.
  bool drop(std::string_view space, std::string_view name);
  [[nodiscard]] std::vector<std::string> names(std::string_view space);

  // The first `most` that match and are still good, in the order in which they were put.
  [[nodiscard]] std::vector<CachedPointer> find(const CachePlace& place, const CacheQuery& query,
                                                std::size_t most);
  // How many there were.
  std::size_t remove(const CachePlace& place, const CacheQuery& query);
  // Replaces what matches the same request. Errors, when it was not kept (what it would have
  // replaced is gone all the same): Denied, the response forbids it; Exhausted, a limit.
  [[nodiscard]] Result<void> put(const CachePlace& place, CachedResponse response);
  // What put() does for a response that is too large to be given to it.
  void refuse(const CachePlace& place, const CacheQuery& request);

  [[nodiscard]] CacheStats stats() const;

 private:
  struct Entry;
  struct Cache;
  struct Space;
  // Declared before the lock is taken: what was removed is freed when it was given back.
  using Removed = std::vector<CachedPointer>;

  Space* find_space(std::string_view name);
  static Cache* find_cache(Space& space, const std::optional<std::string_view>& name);
  Cache* find_cache(const CachePlace& place);
  Cache* make_cache(Space& space, const std::optional<std::string_view>& name);
  Space& make_space(std::string_view name);
  std::vector<Entry*> matching(Cache& cache, const CacheQuery& query, Removed& removed);
  Result<void> insert(const CachePlace& place, CachedResponse response, Removed& removed);
  void erase(Entry& entry, Removed& removed);
  void make_room(const Entry& newest, Removed& removed);
  void forget_if_empty(Space& space);
  void account(Space& space, std::int64_t bytes, std::int64_t entries);

  const io::Clock& clock_;
  const CacheLimits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Space>, std::less<>> spaces_;
  std::set<std::pair<double, Space*>> by_share_;  // those with entries
  std::uint64_t next_ = 0;
  CacheStats stats_;
};

}  // namespace wws::bindings
