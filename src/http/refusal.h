// Why a request is refused: the status to answer and a static text for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::http {

struct Refusal {
  int status = 400;
  std::string_view text;
  // A handler had the request and did not answer: it has its own record of it.
  bool was_handled = false;
};

// Is told, on the loop, of each request that a connection answers before a handler had it. Of its
// head there may be nothing but the address and the id.
class Refusals {
 public:
  Refusals() = default;
  Refusals(const Refusals&) = delete;
  Refusals& operator=(const Refusals&) = delete;
  virtual ~Refusals() = default;

  // `bytes`: of the body that is sent.
  virtual void refused(const RequestHead& request, int status, std::uint64_t bytes) = 0;
};

struct ConnectionGroup;
struct Peer;

struct RefusalPage {
  ResponseHead head;
  std::string body;
};
// What a connection answers of itself; the handler completes it. Notes the refusal in the log and
// wherever the group's Refusals do, and the bound that was gone past if no clock has counted it. A
// request that has no id yet gets one.
[[nodiscard]] RefusalPage refuse(const Refusal& refusal, RequestHead& request, const Peer& peer,
                                 ConnectionGroup& group);

}  // namespace wws::http
