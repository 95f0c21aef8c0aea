// LiveReload: tells the pages that a developer has open that what they show has changed, or that
// something went wrong behind them. Of development only.
//
// A page has a script (live_page.h) that listens to server-sent events here
// (https://html.spec.whatwg.org/multipage/server-sent-events.html): "version" when it connects and
// whenever it changes, "problem" with one line of text. Thread-safe; answer() belongs to its loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "io/notifier.h"
#include "io/task.h"

namespace wws::develop {

class LiveReload final {
 public:
  // `start` tells this run of the server from others: the time of its start, say.
  explicit LiveReload(std::chrono::nanoseconds start) : start_(start.count()) {}
  LiveReload(const LiveReload&) = delete;
  LiveReload& operator=(const LiveReload&) = delete;
  ~LiveReload() = default;

  // Whether a request is for the events or the script, which no worker gets.
  [[nodiscard]] static bool is_for_us(const http::RequestHead& request);
  // Answers it; a stream of events lasts until its client leaves, or close().
  Task<void> answer(http::Exchange& exchange, boost::asio::any_io_executor loop);

  // What the pages compare: another one means that they are old.
  [[nodiscard]] std::string version() const;
  // Something else is served from now on.
  void changed();
  // `text` is the guest's; control characters are escaped.
  void problem(std::string_view text);
  // Ends the streams, and those to come at once.
  void close();

 private:
  struct Listener;
  class Registered;
  struct News {
    std::uint64_t changes = 0;
    std::uint64_t problems = 0;
    std::string problem;  // the newest
    bool closed = false;
  };

  Task<void> stream(http::Exchange& exchange, boost::asio::any_io_executor loop);
  [[nodiscard]] std::string version_of(const News& news) const;
  [[nodiscard]] News news() const;
  template <typename Change>
  void tell(Change change);

  const std::int64_t start_;
  mutable std::mutex mutex_;
  News news_;
  std::list<std::shared_ptr<Listener>> listeners_;
};

}  // namespace wws::develop
