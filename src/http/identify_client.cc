#include "http/identify_client.h"

#include <utility>

#include "http/forwarded/forwarded.h"

namespace wws::http {

std::optional<Refusal> identify_client(RequestHead& head, const Peer& peer, ConnectionGroup& group,
                                       Occupancy::Place& place) {
  identify(head, peer.trusted ? Believed::Yes : Believed::No, group.ids);
  if (peer.trusted) apply_forwarded(head, group.options.trusted_proxies);
  show_client(head.headers, head.remote_address);
  if (head.remote_address == peer.address) return std::nullopt;
  auto taken = group.occupancy.take(head.remote_address);
  if (!taken) return Refusal{429, "this address has too many requests under way"};
  place = *std::move(taken);
  return std::nullopt;
}

}  // namespace wws::http
