// Bytes of a connection into the request parser, whole and in two pieces: both must tell the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http/h1/parser.h"

namespace {

using wws::http::h1::ParserEvent;
using wws::http::h1::RequestParser;

// Everything that a handler could see of the requests in these bytes.
std::string describe(std::string_view bytes, std::size_t cut) {
  RequestParser parser({.max_head_bytes = 4096, .max_headers = 16});
  std::string seen;
  std::string body;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t end = at < cut ? cut : bytes.size();
    const auto step = parser.parse(bytes.substr(at, end - at), body);
    WWS_ASSERT(step.consumed <= end - at, "the parser took bytes it was not given");
    at += step.consumed;
    if (step.event == ParserEvent::Refused) return seen + std::to_string(parser.refusal().status);
    if (step.event != ParserEvent::Complete) {
      WWS_ASSERT(step.event == ParserEvent::Head || at == end,
                 "the parser left bytes without an event");
      continue;
    }
    const auto length = parser.content_length();
    WWS_ASSERT(!length || *length == body.size(), "the body is not as long as announced");
    const auto& head = parser.head();
    seen += head.method + ' ' + head.target + ' ' + head.authority + '\n';
    for (const auto& header : head.headers) seen += header.name + ':' + header.value + '\n';
    seen += body + '\n';
    body.clear();
    parser.next();
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = static_cast<unsigned char>(bytes[size / 2]) % size;
  // The status may differ by what of the wrong bytes was there to judge; what was served may not.
  const std::string whole = describe(bytes, 0);
  const std::string parts = describe(bytes, cut);
  WWS_ASSERT(whole.substr(0, whole.rfind('\n') + 1) == parts.substr(0, parts.rfind('\n') + 1),
             "a request depends on how its bytes arrive");
  return 0;
}
