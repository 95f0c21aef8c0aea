// Accepted: one connection from accept() to its end.
//
// First what comes before HTTP, each only where it is asked for: the PROXY header of a trusted
// proxy and the TLS handshake, together within the time for a head. Then the protocol that ALPN or
// the client's first bytes settle on. Belongs to one loop; who spawns run() keeps it until that has
// ended.
#pragma once

#include <chrono>
#include <memory>

#include "http/connection_group.h"
#include "http/deadline.h"
#include "http/served.h"
#include "http/transport.h"

namespace wws::http {

class Accepted final {
 public:
  Accepted(Transport::Socket socket, ConnectionGroup& group);
  ~Accepted();
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;

  Task<void> run();
  // As Served has them.
  void sweep(std::chrono::nanoseconds now);
  void stop(std::chrono::milliseconds patience) noexcept;
  void cut() noexcept;

 private:
  // Whether its address may have one more connection.
  bool take_place();
  // Whether HTTP may begin.
  Task<bool> prepare();
  Task<bool> read_proxy_header();
  Task<bool> shake_hands();
  void refuse_proxy(std::string why);
  void note(std::string_view what, std::string why);
  void serve(std::unique_ptr<Served> served);

  Transport transport_;
  ConnectionGroup& group_;
  Peer peer_;
  std::unique_ptr<Served> served_;
  Occupancy::Place place_;  // of its address
  Deadline deadline_;       // of prepare()
  std::chrono::milliseconds patience_{0};
  bool stopping_ = false;
  bool cut_ = false;
};

}  // namespace wws::http
