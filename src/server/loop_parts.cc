#include "server/loop_parts.h"

#include <algorithm>

namespace wws::server {

Result<std::unique_ptr<LoopParts>> LoopParts::create(const wasm::PoolOptions& options,
                                                     const Shared& shared, observe::Seldom* seldom,
                                                     observe::LoopMetrics* metrics,
                                                     http::NameResolver* names) {
  std::unique_ptr<LoopParts> parts(new LoopParts());
  parts->join_threads_ = shared.join_threads;
  const auto loop = parts->context_.get_executor();
  WWS_TRY(parts->client_, http::make_client(parts->context_, {}, "", names));
  parts->fetcher_ = std::make_unique<bindings::Fetcher>(*parts->client_);
  parts->pool_ = shared.runtime.make_pool(loop, options);
  parts->background_ = std::make_unique<io::TaskGroup>(loop);
  parts->offload_ = std::make_unique<io::Offload>(loop);
  // The other half is for requests, whatever sockets there are. 0 would be no bound.
  if (shared.sockets)
    parts->sockets_.emplace(*shared.sockets, std::max(options.max_instances / 2, 1u));
  parts->services_ = std::make_unique<abi::LoopServices>(abi::LoopServices{
      loop, *parts->pool_, *parts->fetcher_, shared.kv, shared.caches, shared.clock, shared.random,
      shared.log, *parts->background_, *parts->offload_, metrics,
      shared.access ? &shared.access->add_buffer() : nullptr, shared.developer, parts->sockets(),
      seldom});
  return parts;
}

Task<std::vector<LoadFailure>> load_workers(abi::LoopServices& on,
                                            std::vector<std::shared_ptr<worker::Worker>> workers,
                                            const worker::ImageBudget* budget) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  std::vector<LoadFailure> failures;
  for (const auto& worker : workers) {
    if (budget != nullptr && !budget->has_room_ahead()) break;
    auto loaded = co_await worker->load(on);
    const auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) break;
    if (!loaded) failures.push_back({worker, loaded.error()});
  }
  co_return failures;
}

}  // namespace wws::server
