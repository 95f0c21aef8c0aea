// FetchOperation: one fetch() of a guest: its request body, its response and the events of both.
//
// Owned by the session; belongs to its loop. Events go out through `push`, which must stay callable
// until join() has completed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "abi/js/messages.h"
#include "abi/services.h"
#include "bindings/fetch.h"

namespace wws::abi::js {

class FetchOperation final {
 public:
  using PushEvent = std::function<void(std::string message)>;

  FetchOperation(LoopServices& services, bindings::FetchPolicy policy, std::uint32_t id,
                 FetchMessage message, PushEvent push);
  ~FetchOperation();
  FetchOperation(const FetchOperation&) = delete;
  FetchOperation& operator=(const FetchOperation&) = delete;

  void start();
  // Bytes of a streamed request body; WWS_WRITE_*.
  std::int32_t write(ByteView bytes, std::uint32_t flags);
  // Asks for the next chunk of the response body.
  void read();
  // No event comes after this.
  void cancel();
  Task<void> join();
  // Nothing of it is left but the guest's number for it.
  [[nodiscard]] bool finished() const noexcept { return tasks_.running() == 0 && !response_; }
  // Bytes of the request's body that wait here to be sent.
  [[nodiscard]] std::size_t held_bytes() const noexcept;
  // Whether the guest still waits for something of it.
  [[nodiscard]] bool outstanding() const noexcept {
    return !cancelled_ && (connecting_ || reading_);
  }

 private:
  class Upload;

  Task<void> connect(std::shared_ptr<Upload> upload);
  Task<void> read_chunk();
  void push(std::string message);

  LoopServices& services_;
  bindings::FetchPolicy policy_;
  std::uint32_t id_;
  FetchMessage message_;
  PushEvent push_;
  std::weak_ptr<Upload> upload_;  // gone when nobody reads it any more
  std::unique_ptr<bindings::FetchResponse> response_;
  io::TaskGroup tasks_;
  std::size_t inline_bytes_ = 0;  // of the body, which may be on its way as long as the response is
  bool connecting_ = false;
  bool reading_ = false;
  bool cancelled_ = false;
};

}  // namespace wws::abi::js
