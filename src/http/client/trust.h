// Trust: the certificates that a client's connections of TLS believe in, ready for handshakes.
//
// The system's are read when they are first wanted, on a thread of their own: that takes tens of
// milliseconds, which neither a start nor the others of the loop have. Who comes meanwhile waits.
//
// Held by shared_ptr: frames that wait may be destroyed after the client, with the loop. Belongs to
// one loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "http/client/connection.h"
#include "io/notifier.h"
#include "io/offload.h"

namespace wws::http {

class Trust final {
 public:
  using Context = boost::asio::ssl::context;

  // `ca_file`: PEM roots instead of the system's, read at once; empty for those. Error: Invalid.
  [[nodiscard]] static Result<std::shared_ptr<Trust>> create(
      const boost::asio::any_io_executor& loop, const std::string& ca_file);
  explicit Trust(const boost::asio::any_io_executor& loop) : loop_(loop) {}
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;
  ~Trust() = default;

  // As long as the trust lives. Errors: Invalid (they cannot be read: another try reads them anew),
  // TimedOut, Gone (cancelled).
  static Task<Result<Context*>> context(std::shared_ptr<Trust> self, TimePoint until);
  // The client ends: nothing is read any more.
  void stop() noexcept { reader_.reset(); }

 private:
  void read();
  void has_read();

  boost::asio::any_io_executor loop_;
  std::optional<Context> context_;
  std::list<io::Notifier*> waiting_;
  std::optional<Error> failure_;         // of the last reading
  std::optional<Result<Context>> made_;  // the reader's while it reads
  std::optional<io::Offload> reader_;    // ends before what it writes to
};

}  // namespace wws::http
