// Blocking: where system calls that may take as long as a disk does (sync, allocate) are made, so
// that the loop goes on meanwhile. thread_blocking.h makes the real one.
#pragma once

#include <functional>
#include <memory>

namespace wws::abi::wasi_p1 {

// Work that was started; destroying it forgets its `done`, the work itself may still go on.
class BlockingWork {
 public:
  BlockingWork() = default;
  BlockingWork(const BlockingWork&) = delete;
  BlockingWork& operator=(const BlockingWork&) = delete;
  virtual ~BlockingWork() = default;
};

class Blocking {
 public:
  Blocking() = default;
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;
  virtual ~Blocking() = default;

  // `work` on another thread, once, owning what it touches; then `done` on the loop, never from
  // inside this call.
  [[nodiscard]] virtual std::unique_ptr<BlockingWork> start(std::function<void()> work,
                                                            std::function<void()> done) = 0;
};

}  // namespace wws::abi::wasi_p1
