// RequestRecords: what one loop's requests leave behind, in the counters, the access log and the
// log, whoever answers them: the App, the redirect to HTTPS, or the connection itself, which
// refuses what is malformed or too large.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "abi/services.h"
#include "http/exchange.h"
#include "http/refusal.h"

namespace wws::server {

// How a request was answered.
struct Answered {
  int status = 0;           // 0: the client left before there was an answer
  std::uint64_t bytes = 0;  // of the body, as sent
  std::string_view worker;  // empty: none was asked
  std::chrono::nanoseconds took{};
};

class RequestRecords final : public http::Refusals {
 public:
  // Whether a developer watches, who is told of each request.
  enum class Watched : bool { No, Yes };
  // Borrows the services.
  RequestRecords(const abi::LoopServices& services, Watched watched)
      : services_(services), watched_(watched) {}

  // Whether a request leaves more than counts: else its time need not be taken.
  [[nodiscard]] bool are_kept() const noexcept {
    return watched_ == Watched::Yes || services_.access != nullptr ||
           services_.log.enabled(observe::Level::Debug);
  }
  void add(const http::RequestHead& request, const Answered& answered) const;
  // A request that came to no handler. A client may send as many as it likes: each costs a line of
  // the access log that is bounded, whatever was in the request.
  void refused(const http::RequestHead& request, int status, std::uint64_t bytes) override;

 private:
  void write(observe::AccessRecord record) const;

  const abi::LoopServices& services_;
  const Watched watched_;
};

// A request as it is counted, however it ends.
class Counted final {
 public:
  Counted(const abi::LoopServices& services, const http::Exchange& exchange)
      : services_(services), exchange_(exchange) {
    if (!services_.metrics) return;
    services_.metrics->begun();
    began_ = services_.clock.monotonic();
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    if (services_.metrics)
      services_.metrics->ended(worker, exchange_.status(), services_.clock.monotonic() - began_);
  }

  std::size_t worker = observe::kNoWorker;

 private:
  const abi::LoopServices& services_;
  const http::Exchange& exchange_;
  std::chrono::nanoseconds began_{};
};

}  // namespace wws::server
