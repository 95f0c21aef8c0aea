#include "abi/sockets.h"

#include <fmt/format.h>

namespace wws::abi {

Result<void> SocketBudget::take(const WorkerIdentity& worker) {
  const std::lock_guard lock(mutex_);
  if (most_ != 0 && all_ >= most_)
    return fail(ErrorKind::Exhausted,
                fmt::format("{} WebSockets are open: more is a question of --max-sockets", most_));
  std::uint64_t& of_worker = by_worker_[worker.number];
  const std::uint64_t bound = worker.config.limits.sockets;
  if (bound != 0 && of_worker >= bound)
    return fail(ErrorKind::Exhausted,
                fmt::format("{} WebSockets of this worker are open: more is a question of its "
                            "[limits] sockets",
                            bound));
  ++of_worker;
  ++all_;
  return {};
}

void SocketBudget::give_back(const WorkerIdentity& worker) {
  const std::lock_guard lock(mutex_);
  --all_;
  const auto found = by_worker_.find(worker.number);
  if (--found->second == 0) by_worker_.erase(found);
}

Sockets::Place::Place(Sockets& sockets, const WorkerIdentity& worker, Close close)
    : sockets_(sockets), worker_(worker), close_(std::move(close)) {
  at_ = sockets_.places_.insert(sockets_.places_.end(), this);
}

Sockets::Place::~Place() {
  sockets_.places_.erase(at_);
  sockets_.budget_.give_back(worker_);
}

Result<std::unique_ptr<Sockets::Place>> Sockets::admit(const WorkerIdentity& worker, Close close) {
  if (most_ != 0 && places_.size() >= most_)
    return fail(ErrorKind::Exhausted,
                fmt::format("{} WebSockets are open on this thread, half of its sandboxes", most_));
  WWS_CHECK(budget_.take(worker));
  return std::make_unique<Place>(*this, worker, std::move(close));
}

void Sockets::close(const std::function<bool(const WorkerIdentity&)>& kept, std::uint16_t code,
                    std::string_view reason) {
  // None ends while it is told: its coroutine goes on later.
  for (Place* place : places_)
    if (!kept(place->worker_)) place->close_(code, reason);
}

}  // namespace wws::abi
