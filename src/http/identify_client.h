// identify_client: whom a request is of, which every protocol settles alike before its handler.
#pragma once

#include <optional>

#include "http/connection_group.h"
#include "http/message.h"
#include "http/occupancy.h"
#include "http/refusal.h"

namespace wws::http {

// Names the request and its client, as a trusted proxy says or the connection itself, in `head`. A
// client behind such a proxy takes a place of its address, which `place` keeps while the request
// lasts; 429 where there is none.
[[nodiscard]] std::optional<Refusal> identify_client(RequestHead& head, const Peer& peer,
                                                     ConnectionGroup& group,
                                                     Occupancy::Place& place);

}  // namespace wws::http
