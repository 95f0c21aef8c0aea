#include "server/check.h"

#include <boost/asio/co_spawn.hpp>

#include "server/loop_parts.h"

namespace wws::server {
namespace {

Task<void> check(abi::LoopServices& services, const Site& site,
                 std::vector<LoadFailure>& failures) {
  std::vector<std::shared_ptr<worker::Worker>> workers;
  for (const auto& route : site.router.routes()) workers.push_back(site.workers[route.target]);
  failures = co_await load_workers(services, workers, nullptr);
  for (const auto& worker : workers)
    if (auto doubt = worker->status().doubt) failures.push_back({worker, *std::move(doubt)});
}

}  // namespace

Result<std::vector<LoadFailure>> check_workers(const Shared& shared) {
  WWS_TRY(const auto parts, LoopParts::create({}, shared, nullptr, nullptr));
  std::vector<LoadFailure> failures;
  boost::asio::co_spawn(parts->context(), check(parts->services(), *shared.site, failures),
                        [](std::exception_ptr error) {
                          if (error) std::rethrow_exception(error);
                        });
  parts->context().run();
  return failures;
}

}  // namespace wws::server
