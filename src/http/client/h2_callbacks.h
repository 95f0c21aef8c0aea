// nghttp2's session for an H2Session: its settings, and the callbacks that report to it.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/client/h2_session.h"

namespace wws::http {

// So many requests at once on a connection, whatever the upstream would bear.
inline constexpr std::uint32_t kMostStreams = 100;

// Null when there is no memory.
[[nodiscard]] nghttp2_session* make_client_session(H2Session& session);
// The first frame of ours, and the connection's window.
[[nodiscard]] bool submit_client_settings(nghttp2_session* session, const ClientLimits& limits);
// The head of a request, with the stream's number or nghttp2's error.
[[nodiscard]] std::int32_t submit_request(nghttp2_session* session, const ClientRequest& request);

}  // namespace wws::http
