// Why a request is refused: the status to answer and a static text for people.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::http {

struct Refusal {
  int status = 400;
  std::string_view text;
};

struct ConnectionGroup;
struct Peer;

struct RefusalPage {
  ResponseHead head;
  std::string body;
};
// What a connection answers of itself; the handler completes it. Notes the refusal in the log, and
// the bound that was gone past if no clock has counted it. A request that has no id yet gets one.
[[nodiscard]] RefusalPage refuse(const Refusal& refusal, RequestHead& request, const Peer& peer,
                                 ConnectionGroup& group);

}  // namespace wws::http
