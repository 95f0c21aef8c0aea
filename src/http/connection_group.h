// What all connections of one listener share, and what is known of the peer of one.
#pragma once

#include <string>

#include "http/exchange.h"
#include "http/forwarded/networks.h"
#include "http/h1/serializer.h"
#include "http/listener.h"
#include "observe/log.h"

namespace wws::http {

struct ConnectionGroup {
  const ListenerOptions options;
  Handler& handler;
  observe::Log& log;
  h1::DateText date;
};

struct Peer {
  std::string address;
  bool trusted = false;  // its Forwarded fields are believed
  bool secure = false;
};

}  // namespace wws::http
