// Fields of an HTTP/2 request, one a line, "name:value": what is served is a request that HTTP/1
// brings as well, with the same method, target and authority.
#include "http/h2/request_fields.h"

#include <string>

#include "base/assert.h"
#include "http/authority.h"
#include "http/h1/parser.h"
#include "input.h"

namespace {

using namespace wws::http;

void check_against_http1(const RequestHead& head) {
  std::string bytes = head.method + ' ' + head.target + " HTTP/1.1\r\n";
  for (const auto& field : head.headers) {
    // Of the connection: nghttp2 lets none of them through.
    if (field.name == "transfer-encoding" || field.name == "connection" || field.name == "upgrade")
      return;
    bytes += field.name + ": " + field.value + "\r\n";
  }
  h1::RequestParser parser({});
  std::string body;
  const auto step = parser.parse(bytes + "\r\n", body);
  WWS_ASSERT(step.event == h1::ParserEvent::Complete || step.event == h1::ParserEvent::Head,
             "HTTP/1 would refuse the request");
  WWS_ASSERT(parser.head().method == head.method && parser.head().target == head.target &&
                 parser.head().authority == head.authority,
             "HTTP/1 would read another request");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = wws::fuzz::text_of(data, size);
  h2::RequestFields fields({.max_head_bytes = 4096, .max_headers = 16});
  while (!rest.empty()) {
    const std::string_view line = wws::fuzz::take(rest, '\n');
    const std::size_t colon = line.find(':', 1);
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    // As nghttp2 checks them (RFC 9113 section 8.2.1): lower-case tokens; values without NUL, CR
    // and LF, or blanks at their ends.
    std::string_view value = line.substr(colon + 1);
    const bool pseudo = name.starts_with(':');
    if (!is_token(pseudo ? name.substr(1) : name)) continue;
    if (name.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos) continue;
    if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) continue;
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
      value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    fields.add(name, value);
  }
  RequestHead head;
  const auto refusal = fields.finish(head);
  if (refusal) {
    WWS_ASSERT(refusal->status >= 400 && !refusal->text.empty(), "a refusal that says nothing");
    return 0;
  }
  WWS_ASSERT(!head.authority.empty() && is_authority(head.authority), "an authority that is none");
  check_against_http1(head);
  return 0;
}
