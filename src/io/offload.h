// Offload: a thread beside a loop, for computations that would hold the loop for too long and
// cannot be cut into steps.
//
// Belongs to its loop; run() is called on the loop's thread, `work` runs on the other one, alone
// and in order, and `done` on the loop again. The thread begins with the first use. The destructor
// waits for the work under way and forgets the rest; `done` of neither is called then.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace wws::io {

class Offload final {
 public:
  using Work = std::function<void()>;

  explicit Offload(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
  Offload(const Offload&) = delete;
  Offload& operator=(const Offload&) = delete;
  ~Offload();

  // Neither may throw.
  void run(Work work, Work done);

 private:
  struct Job {
    Work work, done;
  };

  void serve();

  boost::asio::any_io_executor loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  // What was posted to the loop and comes after our end finds it empty.
  std::shared_ptr<Offload*> self_ = std::make_shared<Offload*>(this);
  std::thread thread_;
};

}  // namespace wws::io
