// The documents of the stdio protocol: any output of a worker is a response that can be sent or an
// error that says why, and any bytes of a request are one JSON document to the worker.
#include <nlohmann/json.hpp>

#include "abi/stdio_json/document.h"
#include "base/assert.h"
#include "base/text.h"
#include "http/message.h"
#include "input.h"

namespace {

using namespace wws::abi::stdio_json;

void check_response(const std::string& output) {
  const auto response = parse_response(output);
  if (!response) {
    WWS_ASSERT(!response.error().to_string().empty(), "an error that says nothing");
    return;
  }
  WWS_ASSERT(response->status >= 100 && response->status <= 999, "a status that is none");
  for (const auto& [name, value] : response->headers)
    WWS_ASSERT(wws::http::is_token(name) && wws::http::is_field_value(value),
               "a field that cannot be sent");
}

void check_request(std::string_view text) {
  const std::string bytes(text);
  const JsonRequest request{.url = bytes,
                            .method = bytes.substr(0, 8),
                            .headers = {{bytes.substr(0, 16), bytes}},
                            .body = bytes,
                            .kv = {{"key", bytes}},
                            .params = {{bytes.substr(0, 4), bytes}}};
  const auto document = nlohmann::json::parse(write_request(request), nullptr, false);
  WWS_ASSERT(document.is_object(), "a request that is no JSON");
  const bool plain = wws::is_utf8(text);
  WWS_ASSERT(document.contains("base64") != plain, "the body's form is not said");
  if (plain) WWS_ASSERT(document["body"] == bytes && document["url"] == bytes, "another text");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = wws::fuzz::text_of(data, size);
  check_response(std::string(text));
  check_request(text);
  return 0;
}
