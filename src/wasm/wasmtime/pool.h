// The InstancePool of this room: idle instances of one loop, the queue for more, and the leases.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "io/clock.h"
#include "observe/log.h"
#include "wasm/kept_mode.h"
#include "wasm/memory_budget.h"
#include "wasm/runtime.h"

namespace wws::wasm {

enum class CheckRestores : std::uint8_t { Sampled, Every };

// What pools borrow from their runtime.
struct PoolContext {
  const io::Clock& clock;
  observe::Log& log;
  KeptMode& kept_mode;
  MemoryBudget& budget;
  CheckRestores check = CheckRestores::Sampled;
};

[[nodiscard]] std::unique_ptr<InstancePool> make_instance_pool(boost::asio::any_io_executor loop,
                                                               const PoolOptions& options,
                                                               const PoolContext& context);

}  // namespace wws::wasm
