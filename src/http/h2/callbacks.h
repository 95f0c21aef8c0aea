// nghttp2's session for a Connection: its settings, and the callbacks that report to it.
#pragma once

#include <nghttp2/nghttp2.h>

#include "http/h2/connection.h"

namespace wws::http::h2 {

// What a client may send before we read it: of one body, and of all bodies of a connection.
inline constexpr std::int32_t kStreamWindow = 256 * 1024;
inline constexpr std::int32_t kConnectionWindow = 1024 * 1024;

// Null when there is no memory.
[[nodiscard]] nghttp2_session* make_session(Connection& connection);
// The first frame of ours, and the connection's window.
[[nodiscard]] bool submit_settings(nghttp2_session* session, const ConnectionLimits& limits);

[[nodiscard]] std::uint32_t most_streams(const ConnectionLimits& limits) noexcept;

}  // namespace wws::http::h2
