#include "bindings/cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "bindings/cache_policy.h"
#include "http/blanks.h"

namespace wws::bindings {
namespace {

using std::chrono::nanoseconds;

// What an entry takes beside its texts.
constexpr std::uint64_t kOverhead = 512;

std::uint64_t size_of(const http::Headers& headers) {
  std::uint64_t size = 0;
  for (const auto& header : headers) size += header.name.size() + header.value.size() + 64;
  return size;
}

std::uint64_t size_of(const CachedResponse& response) {
  return kOverhead + 2 * response.request_url.size() + size_of(response.request_headers) +
         response.status_text.size() + response.url.size() + size_of(response.headers) +
         response.body.size();
}

// All values of the name, joined; nothing when there is none.
std::optional<std::string> combined(const http::Headers& headers, std::string_view name) {
  std::optional<std::string> out;
  for (const auto& header : headers) {
    if (!http::equals_ignoring_case(header.name, name)) continue;
    if (out)
      *out += ", " + header.value;
    else
      out = header.value;
  }
  return out;
}

bool same_field(const http::Headers& a, const http::Headers& b, std::string_view name) {
  return name != "*" && combined(a, name) == combined(b, name);
}

// https://www.rfc-editor.org/rfc/rfc9111#section-4.1
bool varies_alike(const CachedResponse& response, const http::Headers& request) {
  for (const auto& header : response.headers) {
    if (!http::equals_ignoring_case(header.name, "vary")) continue;
    std::string_view list = header.value;
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string_view name = http::trim(list.substr(0, comma));
      list.remove_prefix(std::min(comma + 1, list.size()));
      if (!name.empty() && !same_field(response.request_headers, request, name)) return false;
    }
  }
  return true;
}

std::string_view without_search(std::string_view url) { return url.substr(0, url.find('?')); }

http::Headers without_fields(const http::Headers& headers, const std::vector<std::string>& names) {
  http::Headers kept;
  kept.reserve(headers.size());
  for (const auto& header : headers)
    if (std::ranges::none_of(names, [&](const std::string& name) {
          return http::equals_ignoring_case(header.name, name);
        }))
      kept.add(header.name, header.value);
  return kept;
}

}  // namespace

struct CacheStore::Entry {
  Space& space;
  Cache& cache;
  CachedPointer response;
  std::optional<nanoseconds> until;  // of the monotonic clock
  std::uint64_t number;              // in the order of put()
  std::uint64_t bytes;
  std::list<Entry*>::iterator used;  // in its space's
};

struct CacheStore::Cache {
  std::optional<std::string> name;
  std::map<std::string, std::vector<std::unique_ptr<Entry>>, std::less<>> by_url;
};

struct CacheStore::Space {
  std::string name;
  Cache main;
  std::vector<std::unique_ptr<Cache>> named;
  std::list<Entry*> used;  // the one used last in front
  std::uint64_t bytes = 0, entries = 0;
  double share = 0;
};

CacheStore::CacheStore(const io::Clock& clock, CacheLimits limits)
    : clock_(clock), limits_(limits) {}
CacheStore::~CacheStore() = default;

// --- spaces and caches ---------------------------------------------------------------------------

CacheStore::Space* CacheStore::find_space(std::string_view name) {
  const auto found = spaces_.find(name);
  return found == spaces_.end() ? nullptr : found->second.get();
}

CacheStore::Space& CacheStore::make_space(std::string_view name) {
  auto& space = spaces_[std::string(name)];
  if (!space) {
    space = std::make_unique<Space>();
    space->name = name;
  }
  return *space;
}

CacheStore::Cache* CacheStore::find_cache(Space& space,
                                          const std::optional<std::string_view>& name) {
  if (!name) return &space.main;
  const auto found = std::ranges::find_if(
      space.named, [&](const auto& cache) { return std::string_view(*cache->name) == *name; });
  return found == space.named.end() ? nullptr : found->get();
}

CacheStore::Cache* CacheStore::find_cache(const CachePlace& place) {
  Space* const space = find_space(place.space);
  return space == nullptr ? nullptr : find_cache(*space, place.name);
}

// Null when the space has too many.
CacheStore::Cache* CacheStore::make_cache(Space& space,
                                          const std::optional<std::string_view>& name) {
  if (Cache* const found = find_cache(space, name)) return found;
  if (space.named.size() >= kMaxNamedCaches || name->size() > kMaxCacheName) return nullptr;
  space.named.push_back(std::make_unique<Cache>());
  space.named.back()->name = std::string(*name);
  return space.named.back().get();
}

Result<void> CacheStore::open(std::string_view space, std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (make_cache(make_space(space), name) != nullptr) return {};
  return fail(ErrorKind::Exhausted,
              fmt::format("a worker has at most {} caches, with names of at most {} bytes: "
                          "caches.delete() those of old versions",
                          kMaxNamedCaches, kMaxCacheName));
}

bool CacheStore::has(std::string_view space, std::string_view name) {
  const std::lock_guard lock(mutex_);
  return find_cache({space, name}) != nullptr;
}

std::vector<std::string> CacheStore::names(std::string_view space) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  if (const Space* const found = find_space(space))
    for (const auto& cache : found->named) names.push_back(*cache->name);
  return names;
}

bool CacheStore::drop(std::string_view space_name, std::string_view name) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  Space* const space = find_space(space_name);
  Cache* const cache = space == nullptr ? nullptr : find_cache(*space, name);
  if (cache == nullptr) return false;
  while (!cache->by_url.empty()) erase(*cache->by_url.begin()->second.back(), removed);
  std::erase_if(space->named, [&](const auto& one) { return one.get() == cache; });
  forget_if_empty(*space);
  return true;
}

void CacheStore::forget_if_empty(Space& space) {
  if (space.entries == 0 && space.named.empty()) spaces_.erase(spaces_.find(space.name));
}

// --- entries -------------------------------------------------------------------------------------

void CacheStore::account(Space& space, std::int64_t bytes, std::int64_t entries) {
  by_share_.erase({space.share, &space});
  space.bytes += static_cast<std::uint64_t>(bytes);
  space.entries += static_cast<std::uint64_t>(entries);
  stats_.bytes += static_cast<std::uint64_t>(bytes);
  stats_.entries += static_cast<std::uint64_t>(entries);
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(whole, 1));
  };
  space.share = std::max(share(space.bytes, limits_.bytes), share(space.entries, limits_.entries));
  if (space.entries > 0) by_share_.insert({space.share, &space});
}

// Leaves the space, even if it is empty now.
void CacheStore::erase(Entry& entry, Removed& removed) {
  Space& space = entry.space;
  Cache& cache = entry.cache;
  removed.push_back(entry.response);
  space.used.erase(entry.used);
  account(space, -static_cast<std::int64_t>(entry.bytes), -1);
  const auto at = cache.by_url.find(entry.response->request_url);
  std::erase_if(at->second, [&](const auto& one) { return one.get() == &entry; });
  if (at->second.empty()) cache.by_url.erase(at);
}

// https://w3c.github.io/ServiceWorker/#query-cache; those whose time is over are removed.
std::vector<CacheStore::Entry*> CacheStore::matching(Cache& cache, const CacheQuery& query,
                                                     Removed& removed) {
  std::vector<Entry*> candidates;
  const auto take = [&](const auto& at) {
    for (const auto& entry : at->second) candidates.push_back(entry.get());
  };
  auto& all = cache.by_url;
  if (!query.url) {
    for (auto at = all.begin(); at != all.end(); ++at) take(at);
  } else if (!query.ignore_search) {
    if (const auto at = all.find(*query.url); at != all.end()) take(at);
  } else {
    const std::string bare(without_search(*query.url));
    if (const auto at = all.find(bare); at != all.end()) take(at);
    for (auto at = all.lower_bound(bare + '?');
         at != all.end() && at->first.starts_with(bare) && at->first[bare.size()] == '?'; ++at)
      take(at);
  }
  const auto now = clock_.monotonic();
  std::vector<Entry*> found;
  for (Entry* const entry : candidates) {
    if (entry->until && *entry->until <= now)
      erase(*entry, removed);
    else if (!query.url || query.ignore_vary || varies_alike(*entry->response, query.headers))
      found.push_back(entry);
  }
  std::ranges::sort(found, {}, &Entry::number);
  return found;
}

std::vector<CachedPointer> CacheStore::find(const CachePlace& place, const CacheQuery& query,
                                            std::size_t most) {
  Removed removed;
  std::vector<CachedPointer> out;
  const std::lock_guard lock(mutex_);
  Cache* const cache = find_cache(place);
  std::vector<Entry*> found;
  if (cache != nullptr) found = matching(*cache, query, removed);
  for (Entry* const entry : std::span(found).first(std::min(most, found.size()))) {
    entry->space.used.splice(entry->space.used.begin(), entry->space.used, entry->used);
    out.push_back(entry->response);
  }
  if (query.url) ++(found.empty() ? stats_.misses : stats_.hits);
  if (!removed.empty()) forget_if_empty(*find_space(place.space));
  return out;
}

std::size_t CacheStore::remove(const CachePlace& place, const CacheQuery& query) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  Cache* const cache = find_cache(place);
  if (cache == nullptr) return 0;
  const auto found = matching(*cache, query, removed);
  for (Entry* const entry : found) erase(*entry, removed);
  if (!removed.empty()) forget_if_empty(*find_space(place.space));
  return found.size();
}

Result<void> CacheStore::put(const CachePlace& place, CachedResponse response) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  // https://w3c.github.io/ServiceWorker/#batch-cache-operations-algorithm
  if (Cache* const cache = find_cache(place)) {
    const CacheQuery same{response.request_url, response.request_headers};
    for (Entry* const entry : matching(*cache, same, removed)) erase(*entry, removed);
  }
  auto kept = insert(place, std::move(response), removed);
  ++(kept ? stats_.stored : stats_.refused);
  if (!kept)
    if (Space* const space = find_space(place.space)) forget_if_empty(*space);
  return kept;
}

void CacheStore::refuse(const CachePlace& place, const CacheQuery& request) {
  remove(place, request);
  const std::lock_guard lock(mutex_);
  ++stats_.refused;
}

Result<void> CacheStore::insert(const CachePlace& place, CachedResponse response,
                                Removed& removed) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.realtime());
  WWS_TRY(const Keeping keeping, keeping_of(response.headers, std::chrono::sys_seconds(now)));
  if (!keeping.without.empty())
    response.headers = without_fields(response.headers, keeping.without);
  const std::uint64_t bytes = size_of(response);
  if (bytes > std::min(limits_.entry_bytes, limits_.bytes) || limits_.entries == 0)
    return fail(
        ErrorKind::Exhausted,
        fmt::format("it takes {} bytes, and an entry of the caches may take {}", bytes,
                    limits_.entries == 0 ? 0 : std::min(limits_.entry_bytes, limits_.bytes)));
  Space& space = make_space(place.space);
  Cache* const cache = make_cache(space, place.name);
  if (cache == nullptr) return fail(ErrorKind::Exhausted, "the worker has too many caches");
  auto& variants = cache->by_url[response.request_url];
  if (variants.size() >= kMaxVariants) {
    // Another one stays, so the list does.
    erase(*variants.front(), removed);
    ++stats_.evicted;
  }
  auto entry =
      std::make_unique<Entry>(Entry{space,
                                    *cache,
                                    std::make_shared<const CachedResponse>(std::move(response)),
                                    std::nullopt,
                                    next_++,
                                    bytes,
                                    {}});
  if (keeping.lifetime) entry->until = clock_.monotonic() + *keeping.lifetime;
  Entry& newest = *entry;
  space.used.push_front(&newest);
  newest.used = space.used.begin();
  variants.push_back(std::move(entry));
  account(space, static_cast<std::int64_t>(bytes), 1);
  make_room(newest, removed);
  return {};
}

// The newest entry, which alone is within the limits, stays.
void CacheStore::make_room(const Entry& newest, Removed& removed) {
  while (stats_.bytes > limits_.bytes || stats_.entries > limits_.entries) {
    auto largest = by_share_.rbegin();
    if (largest->second->used.back() == &newest) ++largest;
    Space& space = *largest->second;
    erase(*space.used.back(), removed);
    ++stats_.evicted;
    forget_if_empty(space);
  }
}

CacheStats CacheStore::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace wws::bindings
