// Pool: connections that wait for another request, by scheme, host and port.
//
// Held by shared_ptr: responses give their connection back through a weak_ptr, so they may outlive
// the client. Belongs to one loop.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "http/client/client.h"
#include "http/client/connection.h"
#include "http/client/origin.h"

namespace wws::http {

class Pool final : public std::enable_shared_from_this<Pool> {
 public:
  Pool(const boost::asio::any_io_executor& executor, const ClientLimits& limits);

  // An idle connection that the upstream has not closed, or none. The filter judges its address
  // again: it was made under another caller's rules.
  [[nodiscard]] std::shared_ptr<Connection> take(const Origin& key, const AddressFilter& filter);
  // `headers`: of its last response, which may say how long the upstream keeps it ("Keep-Alive:
  // timeout=5"): it is left a second before, so that no request meets its end.
  void give(const Origin& key, std::shared_ptr<Connection> connection, const Headers& headers);

 private:
  struct Idle {
    std::shared_ptr<Connection> connection;
    TimePoint until;
  };

  void sweep();
  void arm();

  boost::asio::steady_timer timer_;
  ClientLimits limits_;
  std::map<Origin, std::vector<Idle>> idle_;
  std::size_t count_ = 0;
  bool armed_ = false;
};

}  // namespace wws::http
