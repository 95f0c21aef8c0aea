// LoopServices: what the abi needs of the loop that a request runs on. Plain references, wired by
// main; all outlive every request of the loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "abi/developer_view.h"
#include "abi/sockets.h"
#include "bindings/cache.h"
#include "bindings/fetch.h"
#include "bindings/kv.h"
#include "io/clock.h"
#include "io/offload.h"
#include "io/random.h"
#include "io/task_group.h"
#include "observe/access_log.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "observe/seldom.h"
#include "wasm/runtime.h"

namespace wws::abi {

struct LoopServices {
  boost::asio::any_io_executor loop;
  wasm::InstancePool& pool;
  bindings::Fetcher& fetcher;
  bindings::KvStore& kv;
  bindings::CacheStore& caches;
  const io::Clock& clock;
  io::Random& random;
  observe::Log& log;
  // Work that goes on after its response (waitUntil); joined at shutdown.
  io::TaskGroup& background;
  // Computations that would hold the loop.
  io::Offload& offload;
  observe::LoopMetrics* metrics = nullptr;       // null: nobody counts
  observe::AccessLog::Buffer* access = nullptr;  // null: there is no access log
  DeveloperView* developer = nullptr;            // null: in production
  Sockets* sockets = nullptr;                    // null: none are accepted
  // Of records that clients can cause at will; null: all of them are written.
  observe::Seldom* seldom = nullptr;
};

}  // namespace wws::abi
