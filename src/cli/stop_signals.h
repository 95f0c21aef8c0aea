// StopSignals: SIGINT and SIGTERM end the server gracefully; a second one cuts what still runs, and
// one that comes when the server has ended changes nothing: the process still ends as it was about
// to. So this outlives all that has threads, but its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <mutex>
#include <thread>

#include "server/server.h"

namespace wws::cli {

class StopSignals final {
 public:
  StopSignals() = default;
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  ~StopSignals();

  // Until end(). `at_first` is called before the server is told to stop.
  void begin(server::Server& server, std::function<void()> at_first);
  // The server is not touched any more.
  void end();

 private:
  void wait();
  void act();

  std::mutex mutex_;
  server::Server* server_ = nullptr;
  std::function<void()> at_first_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_{loop_};
  std::jthread thread_;
};

}  // namespace wws::cli
