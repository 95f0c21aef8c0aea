// dial: from a host name to a connection that may carry a request.
//
// The name is resolved once; every address is judged before it is connected to, and what is
// connected to is exactly what was judged, so a name that changes its answer in between gains
// nothing.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "http/client/client.h"
#include "http/client/connection.h"

namespace wws::http {

struct DialTarget {
  std::string host;
  std::uint16_t port = 0;
  boost::asio::ssl::context* tls = nullptr;  // none: plain
  Offer offer = Offer::Http2AndHttp1;
};

// Errors: NotFound, Denied (every address was), and those of Connection.
Task<Result<std::shared_ptr<Connection>>> dial(boost::asio::any_io_executor executor,
                                               DialTarget target, AddressFilter filter,
                                               TimePoint until);

}  // namespace wws::http
