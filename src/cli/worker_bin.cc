#include "cli/worker_bin.h"

namespace wws::cli {

std::shared_ptr<worker::Worker> WorkerBin::own(std::unique_ptr<worker::Worker> worker) {
  return {worker.release(), [this](worker::Worker* ended) {
            const std::lock_guard lock(mutex_);
            workers_.emplace_back(ended);
            // One call for all that come until it is emptied.
            if (workers_.size() == 1 && filled_) filled_();
          }};
}

bool WorkerBin::empty() {
  std::vector<std::unique_ptr<worker::Worker>> ending;
  const std::lock_guard lock(mutex_);
  ending.swap(workers_);
  return !ending.empty();
}

}  // namespace wws::cli
