// A request's path, then a _headers: what the rules make of an answer's fields can be sent, and the
// server's own stay the server's.
#include "router/header_rules.h"

#include "base/assert.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws;
  std::string_view rest = fuzz::text_of(data, size);
  const std::string path = "/" + std::string(fuzz::take(rest, '\n'));
  const auto parsed = router::HeaderRules::parse("_headers", rest);
  for (const auto& mistake : parsed.mistakes)
    WWS_ASSERT(mistake.line >= 1 && !mistake.what.empty(), "a mistake that says nothing");
  http::Headers fields;
  fields.add("Content-Length", "5");
  fields.add("ETag", "\"a\"");
  parsed.rules.apply(path, fields);
  WWS_ASSERT(fields.find("content-length") == "5", "a rule changes what is the server's");
  for (const auto& field : fields)
    WWS_ASSERT(http::is_token(field.name) && http::is_field_value(field.value),
               "a field that cannot be sent");
  return 0;
}
