#include "abi/wasi_p1/thread_blocking.h"

#include <boost/asio/post.hpp>
#include <mutex>
#include <utility>

namespace wws::abi::wasi_p1 {
namespace {

// Shared by the loop, which may give up, and the thread. While it is not given up, the request that
// waits lives, and so does its loop: only then is the loop posted to.
struct Job {
  std::mutex mutex;
  bool given_up = false;
  std::function<void()> work;
  std::function<void()> done;
};

class Handle final : public BlockingWork {
 public:
  explicit Handle(std::shared_ptr<Job> job) : job_(std::move(job)) {}
  ~Handle() override {
    const std::lock_guard lock(job_->mutex);
    job_->given_up = true;
  }

 private:
  std::shared_ptr<Job> job_;
};

bool is_given_up(Job& job) {
  const std::lock_guard lock(job.mutex);
  return job.given_up;
}

class ThreadBlocking final : public Blocking {
 public:
  ThreadBlocking(boost::asio::any_io_executor loop, boost::asio::any_io_executor threads)
      : loop_(std::move(loop)), threads_(std::move(threads)) {}

  std::unique_ptr<BlockingWork> start(std::function<void()> work,
                                      std::function<void()> done) override {
    auto job = std::make_shared<Job>();
    job->work = std::move(work);
    job->done = std::move(done);
    boost::asio::post(threads_, [job, loop = loop_] { run(job, loop); });
    return std::make_unique<Handle>(std::move(job));
  }

 private:
  static void run(const std::shared_ptr<Job>& job, const boost::asio::any_io_executor& loop) {
    if (is_given_up(*job)) return;
    job->work();
    const std::lock_guard lock(job->mutex);
    if (job->given_up) return;
    boost::asio::post(loop, [job] {
      if (!is_given_up(*job)) job->done();
    });
  }

  boost::asio::any_io_executor loop_;
  boost::asio::any_io_executor threads_;
};

}  // namespace

std::unique_ptr<Blocking> make_thread_blocking(boost::asio::any_io_executor loop,
                                               boost::asio::any_io_executor threads) {
  return std::make_unique<ThreadBlocking>(std::move(loop), std::move(threads));
}

}  // namespace wws::abi::wasi_p1
