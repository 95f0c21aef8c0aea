// `http`.`send-http-request`: the outbound HTTP of stdio workers, in the canonical ABI of
// wit-bindgen 0.2, which the kits of existing workers were built with.
//
//   send-http-request(request: http-request) -> expected<http-response, http-request-error>
//
// HostContext::user() must be a Session. A guest that breaks the ABI (a pointer outside its memory,
// a method that does not exist, no allocator) ends its run with a GuestFault; a request that is
// refused or fails is an error value for the guest.
#pragma once

#include <cstdint>

#include "wasm/host_function.h"

namespace wws::abi::stdio_json {

// Of one request: more is refused with invalid-request before anything is copied.
inline constexpr std::uint32_t kMaxOutboundHeaders = 100;
inline constexpr std::uint32_t kMaxOutboundBytes = 16u << 20;

[[nodiscard]] wasm::HostFunction http_import();

}  // namespace wws::abi::stdio_json
