// Blocking on threads: work is posted to `threads`, its end to `loop`. Both must outlive the work
// that was not given up; `threads` must be joined before the program ends.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "abi/wasi_p1/blocking.h"

namespace wws::abi::wasi_p1 {

[[nodiscard]] std::unique_ptr<Blocking> make_thread_blocking(boost::asio::any_io_executor loop,
                                                             boost::asio::any_io_executor threads);

}  // namespace wws::abi::wasi_p1
