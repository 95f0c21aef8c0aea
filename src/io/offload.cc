#include "io/offload.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace wws::io {

Offload::~Offload() {
  *self_ = nullptr;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    jobs_.clear();
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Offload::run(Work work, Work done) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(done)});
  }
  changed_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
}

void Offload::serve() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    boost::asio::post(loop_, [self = self_, done = std::move(job.done)] {
      if (*self) done();
    });
  }
}

}  // namespace wws::io
