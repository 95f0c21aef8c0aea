// Bytes of a proxy: what is taken for a header has exactly its length, and its address is one.
#include "http/forwarded/proxy_header.h"

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "http/forwarded/networks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto rest = proxy_header_rest(bytes.substr(0, kProxyHeaderStart));
  const auto peer = parse_proxy_header(bytes);
  if (!peer) return 0;
  WWS_ASSERT(rest && size == kProxyHeaderStart + *rest, "the header's length is another");
  WWS_ASSERT(peer->address.empty() || peer->address == "unix" || is_numeric_address(peer->address),
             "an address is believed that is none");
  return 0;
}
