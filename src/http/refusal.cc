#include "http/refusal.h"

#include <fmt/format.h>

#include "http/connection_group.h"
#include "http/request_id.h"

namespace wws::http {
namespace {

void count(const Refusal& refusal, const ConnectionGroup& group) noexcept {
  switch (refusal.status) {
    case 413: return group.hit(observe::EdgeLimit::Body);
    case 429: return group.hit(observe::EdgeLimit::PerAddress);
    case 431: return group.hit(observe::EdgeLimit::Head);
    default: return;
  }
}

}  // namespace

RefusalPage refuse(const Refusal& refusal, RequestHead& request, const Peer& peer,
                   ConnectionGroup& group) {
  if (request.request_id.empty())
    identify(request, peer.trusted ? Believed::Yes : Believed::No, group.ids);
  if (refusal.status < 500 && group.log.enabled(observe::Level::Debug))
    group.log.debug("refused a request", {{"status", std::to_string(refusal.status)},
                                          {"why", std::string(refusal.text)},
                                          {"request", request.request_id},
                                          {"client", request.remote_address}});
  count(refusal, group);
  RefusalPage page;
  page.head.status = refusal.status;
  page.head.headers.add("Content-Type", "text/plain; charset=utf-8");
  page.head.headers.add(std::string(kRequestId), request.request_id);
  if (refusal.status == 429) page.head.headers.add("Retry-After", "1");
  group.handler.complete(request, page.head);
  page.body = fmt::format("{} {}: {}\nRequest {}\n", refusal.status, reason_phrase(refusal.status),
                          refusal.text, request.request_id);
  if (group.options.refusals != nullptr && !refusal.was_handled)
    group.options.refusals->refused(request, refusal.status, page.body.size());
  return page;
}

}  // namespace wws::http
