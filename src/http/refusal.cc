#include "http/refusal.h"

#include "http/connection_group.h"

namespace wws::http {

void count(const Refusal& refusal, const ConnectionGroup& group) noexcept {
  switch (refusal.status) {
    case 413: return group.hit(observe::EdgeLimit::Body);
    case 429: return group.hit(observe::EdgeLimit::PerAddress);
    case 431: return group.hit(observe::EdgeLimit::Head);
    default: return;
  }
}

}  // namespace wws::http
