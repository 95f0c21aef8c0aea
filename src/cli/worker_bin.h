// WorkerBin: where workers end that no site and no request needs any more. What frees them (memory
// of images, code) takes too long for the loop on which the last request ended. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "worker/worker.h"

namespace wws::cli {

class WorkerBin final {
 public:
  WorkerBin() = default;
  WorkerBin(const WorkerBin&) = delete;
  WorkerBin& operator=(const WorkerBin&) = delete;
  ~WorkerBin() = default;

  // A worker that comes here when its last holder lets it go. The bin outlives it.
  [[nodiscard]] std::shared_ptr<worker::Worker> own(std::unique_ptr<worker::Worker> worker);
  // Called on any thread when something was put in; null: nobody empties.
  void on_filled(std::function<void()> filled) {
    const std::lock_guard lock(mutex_);
    filled_ = std::move(filled);
  }
  // Ends what is in it, on the calling thread; whether there was anything.
  bool empty();

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<worker::Worker>> workers_;
  std::function<void()> filled_;
};

}  // namespace wws::cli
