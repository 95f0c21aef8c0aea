// RedirectToHttps: answers every request with the same place over HTTPS.
#pragma once

#include <cstdint>

#include "http/exchange.h"

namespace wws::server {

class RedirectToHttps final : public http::Handler {
 public:
  // Of the listener that it sends to.
  explicit RedirectToHttps(std::uint16_t port) : port_(port) {}

  // 308, which keeps the method (RFC 9110 section 15.4.9); 400 where no host is named.
  Task<void> handle(http::Exchange& exchange) override;

 private:
  const std::uint16_t port_;
};

}  // namespace wws::server
