// CacheCalls: what one request asks of the caches (guest/js/abi.h), on the store.
//
// One object a request (or load), made at the first use; it keeps what was found until the next
// call. Messages are the guest's and hostile. Belongs to one loop; never blocks: the store's lock
// is held for moments, and a body is bounded by the store's limit.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "bindings/cache.h"
#include "observe/log.h"

namespace wws::abi::js {

class CacheCalls final {
 public:
  // `store` and `log` are borrowed. `space` is the worker's; `worker` its name for the log.
  CacheCalls(bindings::CacheStore& store, std::string space, observe::Log& log, std::string worker);
  CacheCalls(const CacheCalls&) = delete;
  CacheCalls& operator=(const CacheCalls&) = delete;
  ~CacheCalls() = default;

  // The calls of guest/js/abi.h.
  std::int32_t call(ByteView message);
  std::int32_t put(ByteView message, ByteView body);
  [[nodiscard]] std::string_view taken() const noexcept { return answer_; }
  // Empty when the last answer had no such response.
  [[nodiscard]] std::string_view body(std::uint32_t index) const noexcept;

 private:
  struct Question;

  std::int32_t answer_names();
  std::int32_t answer_found(const Question& question);
  std::int32_t opened(std::string_view name);
  std::int32_t refuse(std::string_view text);
  std::int32_t not_kept(std::string_view url, std::string_view why);

  bindings::CacheStore& store_;
  const std::string space_;
  observe::Log& log_;
  const std::string worker_;
  std::string answer_;
  std::vector<bindings::CachedPointer> found_;
};

}  // namespace wws::abi::js
