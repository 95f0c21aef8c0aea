// The authority of a request, "example.com:8080", in whichever field it comes.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::http {

// RFC 3986 section 3.2 without userinfo and escapes: what a URL parser takes for a host too, so
// that a worker can parse the URL of its request. Nothing at all is legal as well.
[[nodiscard]] bool is_authority(std::string_view text);
// Its host, without the port.
[[nodiscard]] std::string_view host_of(std::string_view authority) noexcept;
// What the request is of, whatever its field Host says: that becomes the same, so that who reads it
// and who reads the URL know one site.
void name_authority(RequestHead& head, std::string authority);

}  // namespace wws::http
