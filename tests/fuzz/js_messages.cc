// What the engine sends, a response or a fetch: the guest lies in every length, and a head that is
// taken has as many lines as it has fields.
#include "abi/js/messages.h"
#include "base/assert.h"
#include "http/h1/serializer.h"
#include "input.h"

namespace {

void check_head(const wws::http::ResponseHead& head) {
  using namespace wws::http;
  if (!h1::check_response_head(head)) return;
  std::string out;
  h1::append_response_head(out, head, h1::Framing::Length, 5, h1::Persistence::Close, "date");
  WWS_ASSERT(out.ends_with("\r\n\r\n"), "a head without an end");
  std::size_t ends = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\n') WWS_ASSERT(i > 0 && out[i - 1] == '\r', "a line that ends in the middle");
    if (out[i] == '\r') WWS_ASSERT(out[i + 1] == '\n', "a line that ends in the middle");
    ends += out[i] == '\n' ? 1 : 0;
  }
  std::size_t fields = 0;
  for (const auto& field : head.headers) fields += h1::is_servers_own(field.name) ? 0 : 1;
  // The status, the empty line, and Date, Content-Length and Connection.
  WWS_ASSERT(ends == fields + 5, "a field that is more than one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws;
  if (const auto response = abi::js::decode_response({data, size})) {
    WWS_ASSERT(response->head.status >= 200 && response->head.status <= 599, "no status");
    WWS_ASSERT(response->body.size() <= size, "more bytes than there are");
    check_head(response->head);
  }
  if (const auto fetch = abi::js::decode_fetch({data, size}))
    WWS_ASSERT(fetch->body.size() + fetch->url.size() <= size, "more bytes than there are");
  return 0;
}
