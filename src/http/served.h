// Served: a connection whose protocol is known, HTTP/1 or HTTP/2.
//
// Life: run() is awaited once by the owner, who keeps it until that ends. Belongs to one loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "io/task.h"

namespace wws::http {

class Served {
 public:
  // SpeaksHttp2: the client began with HTTP/2's preface where HTTP/1 was awaited; the connection is
  // open, and what was read is in take_received().
  enum class Ended : std::uint8_t { Closed, SpeaksHttp2 };

  Served() = default;
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  virtual ~Served() = default;

  virtual Task<Ended> run() = 0;
  // Wakes waits whose deadline has passed; tells handlers of a client that left. May end run().
  virtual void sweep(std::chrono::nanoseconds now) = 0;
  // Closes after the responses, and where no request is under way within `patience`: until then
  // one that is on its way is answered.
  virtual void stop(std::chrono::milliseconds patience) noexcept = 0;
  // Closes now. The group is not touched any more. May end run().
  virtual void cut() noexcept = 0;
  [[nodiscard]] virtual std::string take_received() { return {}; }
};

}  // namespace wws::http
