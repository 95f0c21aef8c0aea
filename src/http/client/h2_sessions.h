// H2Sessions: the HTTP/2 sessions of a client by origin, and who is about to make one.
//
// Of an origin that may speak HTTP/2 (every one of https that was not seen to choose HTTP/1.1) one
// connection is made at a time, while the other requests wait for what comes of it: they are the
// streams of that one, or make the next.
//
// Held by shared_ptr: the frames of those who wait or dial may be destroyed after the client, with
// the loop; they are not resumed then. The sessions own themselves (h2_session.h). Belongs to one
// loop.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <vector>

#include "http/client/client.h"
#include "http/client/connection.h"
#include "http/client/h2_session.h"
#include "http/client/origin.h"
#include "io/notifier.h"

namespace wws::http {

class H2Sessions final : public std::enable_shared_from_this<H2Sessions> {
 public:
  explicit H2Sessions(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  ~H2Sessions();
  H2Sessions(const H2Sessions&) = delete;
  H2Sessions& operator=(const H2Sessions&) = delete;

  // A session with room for a request. The filter judges its address again: it was made under
  // another caller's rules. Not `avoided`, which may be null.
  [[nodiscard]] std::shared_ptr<H2Session> find(const Origin& origin, const AddressFilter& filter,
                                                const H2Session* avoided);
  // From now on requests find it.
  void add(const Origin& origin, const std::shared_ptr<H2Session>& session);

  // Somebody makes a connection to this origin. Ends by its destructor, which wakes who waits.
  class Dial final {
   public:
    Dial(std::shared_ptr<H2Sessions> sessions, Origin origin);
    ~Dial();
    Dial(const Dial&) = delete;
    Dial& operator=(const Dial&) = delete;

   private:
    std::shared_ptr<H2Sessions> sessions_;
    Origin origin_;
  };
  // Whether it is worth while to wait for somebody's connection instead of making one.
  [[nodiscard]] bool is_dialed(const Origin& origin) const;
  // Until a connection was made, or was not. Errors: TimedOut, Gone (cancelled).
  static Task<Result<void>> wait(std::shared_ptr<H2Sessions> self, Origin origin, TimePoint until);

  // What was seen of an origin.
  void note_protocol(const Origin& origin, const Connection& connection);
  // The origin asks for HTTP/1.1 in answer to a request of HTTP/2.
  void require_http1(const Origin& origin);
  [[nodiscard]] Offer offer(const Origin& origin) const;

 private:
  struct Known {
    std::vector<std::weak_ptr<H2Session>> sessions;
    std::list<io::Notifier*> waiting;
    int dials = 0;
    bool speaks_http1 = false;
    bool requires_http1 = false;

    [[nodiscard]] bool is_awaited() const noexcept { return dials > 0 || !waiting.empty(); }
  };

  Known& known(const Origin& origin);
  void make_room();
  static void retire(const Known& known);

  boost::asio::any_io_executor executor_;
  std::map<Origin, Known> origins_;
};

}  // namespace wws::http
