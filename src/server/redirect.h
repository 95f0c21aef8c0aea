// RedirectToHttps: answers every request of one loop with the same place over HTTPS.
#pragma once

#include <cstdint>

#include "abi/services.h"
#include "http/exchange.h"
#include "server/request_records.h"

namespace wws::server {

class RedirectToHttps final : public http::Handler {
 public:
  // `port`: of the listener that it sends to. Borrows the rest.
  RedirectToHttps(std::uint16_t port, const abi::LoopServices& services,
                  const RequestRecords& records)
      : port_(port), services_(services), records_(records) {}

  // 308, which keeps the method (RFC 9110 section 15.4.9); 400 where no host is named.
  Task<void> handle(http::Exchange& exchange) override;

 private:
  const std::uint16_t port_;
  const abi::LoopServices& services_;
  const RequestRecords& records_;
};

}  // namespace wws::server
