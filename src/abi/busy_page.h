// What a client sees when there is no room for its request.
#pragma once

#include "abi/failure_page.h"

namespace wws::abi {

// 503, and when to come again.
[[nodiscard]] inline FailurePage busy_page() {
  FailurePage page = status_page(503, "The server is busy");
  page.head.headers.add("retry-after", "1");
  return page;
}

}  // namespace wws::abi
