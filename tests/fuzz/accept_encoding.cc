// A line of Accept-Encoding each: what is chosen was offered and is not forbidden, and no order of
// what is offered brings something that nobody asked for.
#include <array>
#include <vector>

#include "base/assert.h"
#include "http/coding.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws::http;
  const std::string_view text = wws::fuzz::text_of(data, size);
  std::string_view rest = text;
  std::vector<Header> fields;
  while (!rest.empty())
    fields.push_back({"Accept-Encoding", std::string(wws::fuzz::take(rest, '\n'))});
  constexpr std::array kAll{Coding::Brotli, Coding::Zstd, Coding::Gzip};
  WWS_ASSERT(choose_coding(fields, {}) == Coding::Identity, "something that was not offered");
  const Coding best = choose_coding(fields, kAll);
  for (const Coding coding : kAll) {
    const Coding alone = choose_coding(fields, std::array{coding});
    WWS_ASSERT(alone == coding || alone == Coding::Identity, "something that was not offered");
    // Who takes it alone takes it, or something better, among others.
    if (alone == coding) WWS_ASSERT(best != Coding::Identity, "less for a larger offer");
  }
  if (best != Coding::Identity) {
    WWS_ASSERT(choose_coding(fields, std::array{best}) == best, "something that is not wanted");
    const bool named = text.find('*') != std::string_view::npos ||
                       text.find_first_of("gGzZbB") != std::string_view::npos;
    WWS_ASSERT(named, "something that nobody named");
  }
  static_cast<void>(is_compressible(text));
  return 0;
}
