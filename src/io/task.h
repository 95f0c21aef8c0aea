// Task<T>: the project's coroutine type.
//
// Asio's awaitable is the one asynchronous vocabulary here (docs/adr/0002). A task runs on the loop
// of the executor that it was spawned on and never moves to another thread by itself.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/result.h"

namespace wws {

template <typename T>
using Task = boost::asio::awaitable<T>;

}  // namespace wws
