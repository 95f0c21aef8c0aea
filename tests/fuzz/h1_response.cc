// Bytes of an upstream into the client's reader, whole and one by one: both must tell the same, and
// no field may be more than one.
#include <optional>
#include <string>

#include "base/assert.h"
#include "http/client/response_reader.h"
#include "input.h"

namespace {

using namespace wws::http;

// The head's lines and the body, as far as they came; whether the message was whole.
struct Seen {
  std::string text;
  bool whole = false;
};

bool add_head(ResponseReader& reader, bool& has_head, Seen& seen) {
  auto head = reader.parse_head();
  if (!head) return false;
  if (!*head) return true;
  has_head = true;
  seen.text = std::to_string((*head)->status) + '\n';
  for (const auto& field : (*head)->headers) {
    WWS_ASSERT(is_token(field.name), "a field's name is none");
    WWS_ASSERT(field.value.find_first_of("\r\n") == std::string::npos, "a field of two lines");
    seen.text += field.name + ':' + field.value + '\n';
  }
  return true;
}

Seen read(std::string_view bytes, std::size_t step, BodyExpected expected) {
  ResponseReader reader(expected, 4096);
  Seen seen;
  bool has_head = false;
  while (!bytes.empty() && !(has_head && reader.done())) {
    reader.append(bytes.substr(0, step));
    bytes.remove_prefix(std::min(step, bytes.size()));
    if (!has_head && !add_head(reader, has_head, seen)) return seen;
    while (has_head && !reader.done()) {
      const auto piece = reader.parse_body();
      if (!piece) return seen;
      if (piece->empty()) break;
      seen.text += *piece;
    }
  }
  if (!has_head) return seen;
  seen.whole = reader.done() || reader.end_of_stream().has_value();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes = wws::fuzz::text_of(data, size);
  const auto expected = bytes.front() == 'h' ? BodyExpected::No : BodyExpected::Yes;
  const Seen all = read(bytes.substr(1), size, expected);
  const Seen each = read(bytes.substr(1), 1, expected);
  // What came before a mistake may differ by how much of it was there to judge.
  WWS_ASSERT(all.whole == each.whole, "a response depends on how its bytes arrive");
  if (all.whole) WWS_ASSERT(all.text == each.text, "a response depends on how its bytes arrive");
  return 0;
}
