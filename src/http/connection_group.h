// What all connections of one listener share, and what is known of the peer of one.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.h"
#include "http/forwarded/networks.h"
#include "http/h1/serializer.h"
#include "http/listener.h"
#include "http/pace.h"
#include "http/request_id.h"
#include "observe/log.h"

namespace wws::http {

struct ConnectionGroup {
  const ListenerOptions options;
  Occupancy& occupancy;
  Handler& handler;
  observe::Log& log;
  h1::DateText date;
  RequestIds ids;

  void hit(observe::EdgeLimit limit) const noexcept {
    if (options.metrics != nullptr) options.metrics->hit(limit);
  }
  // A warning of which there may be one for each connection.
  void warn_seldom(std::string_view cause, std::string_view text,
                   std::vector<observe::Field> fields) const {
    observe::write_seldom(options.seldom, log, observe::Level::Warn, cause, text,
                          std::move(fields));
  }
  [[nodiscard]] PaceLimits receive_pace() const noexcept {
    return {options.limits.receive_rate, options.limits.rate_window};
  }
  [[nodiscard]] PaceLimits send_pace() const noexcept {
    return {options.limits.send_rate, options.limits.rate_window};
  }
};

struct Peer {
  std::string address;
  bool trusted = false;  // its Forwarded fields are believed
  bool secure = false;
};

}  // namespace wws::http
