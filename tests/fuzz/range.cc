// Eight bytes of size, then a Range field: every part lies inside, and there are never more bytes
// to send than the file has.
#include "http/files/range.h"

#include "base/assert.h"
#include "base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  wws::ByteReader reader({data, length});
  const auto size = reader.number<std::uint64_t>();
  const auto answer = wws::http::parse_range(reader.text(reader.remaining()), size);
  const bool has_parts = answer.kind == wws::http::RangeAnswer::Kind::Parts;
  WWS_ASSERT(answer.parts.empty() != has_parts, "parts and kind differ");
  WWS_ASSERT(answer.parts.size() <= wws::http::kMostRanges, "too many parts");
  std::uint64_t left = size;
  for (const auto& part : answer.parts) {
    WWS_ASSERT(part.length > 0 && part.offset < size && part.length <= size - part.offset,
               "a part that is not inside");
    WWS_ASSERT(part.length <= left, "more bytes than there are");
    left -= part.length;
  }
  return 0;
}
