// One request over a connection of HTTP/1.1.
#pragma once

#include <memory>

#include "http/client/client.h"
#include "http/client/connection.h"
#include "http/client/pool.h"
#include "http/client/waits.h"

namespace wws::http {

// The connection is given back to the pool, if that still is, when both messages are whole.
Task<Result<std::unique_ptr<ClientResponse>>> exchange_http1(
    boost::asio::any_io_executor executor, std::shared_ptr<Connection> connection,
    std::shared_ptr<const ClientRequest> request, Waits waits, std::weak_ptr<Pool> pool);

}  // namespace wws::http
