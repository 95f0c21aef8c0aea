#include "abi/resume_until.h"

#include <boost/asio/steady_timer.hpp>
#include <memory>

namespace wws::abi {

Deadline deadline_after(std::chrono::milliseconds wall) {
  return wall.count() == 0 ? Deadline::max() : std::chrono::steady_clock::now() + wall;
}

Task<Result<wasm::Value>> resume_until(boost::asio::any_io_executor loop, wasm::Lease& lease,
                                       Deadline deadline) {
  boost::asio::steady_timer alarm(loop);
  // An alarm that went off already cannot be taken back: it finds the call gone instead.
  const auto call = std::make_shared<wasm::Lease*>(&lease);
  if (deadline != Deadline::max()) {
    alarm.expires_at(deadline);
    alarm.async_wait([call = std::weak_ptr(call)](const boost::system::error_code& error) {
      const auto under_way = call.lock();
      if (!under_way || error) return;
      (*under_way)->cancel(Error(ErrorKind::TimedOut, "the wall limit was reached"));
    });
  }
  auto result = co_await lease.resume();
  co_return result;
}

}  // namespace wws::abi
