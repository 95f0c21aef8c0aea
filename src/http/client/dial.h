// From a host name to a connection that may carry a request, in two steps.
//
// The name is resolved once; every address is judged before it is connected to, and what is
// connected to is exactly what was judged, so a name that changes its answer in between gains
// nothing.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "http/client/client.h"
#include "http/client/connection.h"
#include "http/client/name_resolver.h"

namespace wws::http {

struct DialTarget {
  std::string host;                          // whom the certificate must name
  boost::asio::ssl::context* tls = nullptr;  // none: plain
  Offer offer = Offer::Http2AndHttp1;
};

using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

// Where the host is, as far as `filter` allows: at least one. Errors: those of NameResolver, Denied
// (every address was).
Task<Result<Endpoints>> find_endpoints(boost::asio::any_io_executor executor, NameResolver& names,
                                       NameResolver::Query query, std::uint16_t port,
                                       AddressFilter filter, TimePoint until);

// Errors: those of Connection.
Task<Result<std::shared_ptr<Connection>>> dial(boost::asio::any_io_executor executor,
                                               DialTarget target, Endpoints endpoints,
                                               TimePoint until);

}  // namespace wws::http
