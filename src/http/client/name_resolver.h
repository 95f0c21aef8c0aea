// NameResolver: the addresses of host names, looked up on threads of its own.
//
// getaddrinfo() takes as long as name servers do and cannot be cancelled. So that slow names of one
// asker (a worker) do not hold up those of others, an asker may keep as many threads busy as are
// free besides: neither one nor several ever have them all. What gets no thread waits in its
// asker's queue, and the queues take turns. A name that is being looked up is looked up once for
// all who want it, and one that did not resolve fails again for a moment without being asked for.
//
// Shared by all loops; resolve() is called on the loop that waits. Threads begin as they are
// needed. The destructor ends the waits (Gone) but does not wait for lookups under way: their
// threads end by themselves, and until then hold only what is theirs.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/task.h"

namespace wws::http {

// Numeric addresses: "10.0.0.1", "::1".
using Addresses = std::vector<std::string>;

// Asks the system (nsswitch.conf) and waits for its answer. NotFound: the name does not resolve;
// Exhausted: this machine cannot ask.
[[nodiscard]] Result<Addresses> look_up(const std::string& name);

struct NameResolverOptions {
  std::size_t threads = 16;
  std::size_t max_queued = 256;  // names of one asker that wait for a thread
  std::chrono::milliseconds failure_life{3'000};
  std::size_t max_failures = 1024;  // remembered
  std::function<Result<Addresses>(const std::string& name)> look_up = &http::look_up;
  std::function<std::chrono::steady_clock::time_point()> now = &std::chrono::steady_clock::now;
};

class NameResolver final {
 public:
  explicit NameResolver(NameResolverOptions options = {});
  NameResolver(const NameResolver&) = delete;
  NameResolver& operator=(const NameResolver&) = delete;
  ~NameResolver();

  struct Query {
    std::string name;
    std::string asker;  // whose share of the threads it takes
  };
  // Errors: those of look_up, Exhausted where the asker's queue is full, TimedOut after `until`,
  // Gone when cancelled or at the end of the resolver.
  Task<Result<Addresses>> resolve(boost::asio::any_io_executor loop, Query query,
                                  std::chrono::steady_clock::time_point until);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace wws::http
