// The Timers of an Asio loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "abi/wasi_p1/timers.h"

namespace wws::abi::wasi_p1 {

[[nodiscard]] std::unique_ptr<Timers> make_loop_timers(boost::asio::any_io_executor loop);

}  // namespace wws::abi::wasi_p1
