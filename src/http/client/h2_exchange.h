// One request over an H2Session.
#pragma once

#include <memory>

#include "http/client/client.h"
#include "http/client/h2_session.h"
#include "http/client/waits.h"

namespace wws::http {

// What came of it.
struct H2Outcome {
  Result<std::unique_ptr<ClientResponse>> response = nullptr;
  // Where it failed: whether the request may be sent anew: the upstream has not looked at it, or
  // may have and it is idempotent; and the body is all there still.
  bool may_repeat = false;
  // Whether it must go over HTTP/1.1 then.
  bool wants_http1 = false;
};

Task<H2Outcome> exchange_http2(std::shared_ptr<H2Session> session,
                               std::shared_ptr<const ClientRequest> request, Waits waits);

}  // namespace wws::http
