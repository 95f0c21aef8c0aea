// Fields as a proxy might send them, one a line, "name:value": whatever is found must be what it is
// taken for, and nothing may be found that is trusted with more than it says.
#include "http/forwarded/forwarded.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/authority.h"

namespace {

using namespace wws::http;

Headers fields_of(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) continue;
    // The parsers of requests let through nothing else.
    const std::string_view value = line.substr(colon + 1);
    if (is_field_value(value)) headers.add(std::string(line.substr(0, colon)), std::string(value));
  }
  return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Networks trusted;
  WWS_ASSERT(trusted.add("10.0.0.0/8").has_value(), "a network is none");
  const Headers headers = fields_of(text);
  const ForwardedFor found = read_forwarded(headers, trusted);
  WWS_ASSERT(found.address.empty() || is_numeric_address(found.address),
             "an address is believed that is none");
  WWS_ASSERT(is_authority(found.authority), "a host is believed that is none");
  RequestHead head;
  head.headers = headers;
  apply_forwarded(head, trusted);
  WWS_ASSERT(head.remote_address == found.address, "the head has another address");

  // A text that is a network contains the address that it begins with.
  Networks own;
  const std::string_view line = text.substr(0, text.find('\n'));
  if (own.add(line))
    WWS_ASSERT(own.contains(line.substr(0, line.find('/'))), "a network lacks itself");
  return 0;
}
