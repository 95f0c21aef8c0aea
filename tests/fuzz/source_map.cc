// A stack, then a source map behind an empty line: positions lie in sources that the map has, and
// a frame's line stays one.
#include "sourcemap/source_map.h"

#include <algorithm>

#include "base/assert.h"
#include "input.h"
#include "sourcemap/stack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws::sourcemap;
  const std::string_view text = wws::fuzz::text_of(data, size);
  const std::size_t end = std::min(text.find("\n\n"), size);
  const std::string_view stack = text.substr(0, end);
  const auto frame = parse_frame(stack.substr(0, stack.find('\n')));
  const auto map = SourceMap::parse(text.substr(std::min(end + 2, size)));
  if (!map) return 0;
  const auto& sources = map->sources();
  for (std::uint32_t line = 0; line < 8; ++line) {
    const auto original = map->find({line, line});
    if (!original) continue;
    WWS_ASSERT(std::ranges::find(sources, original->source) != sources.end(), "a source of no map");
    WWS_ASSERT(original->at.line > 0 && original->at.column > 0, "a position that is none");
    if (const auto source = map->text_of(original->source))
      static_cast<void>(excerpt(*source, original->at, 2));
  }
  if (frame) static_cast<void>(map->find(frame->at));
  const std::string mapped = map_stack(stack, frame ? frame->file : "worker.js", *map);
  WWS_ASSERT(std::ranges::count(mapped, '\n') <= std::ranges::count(stack, '\n') + 1 ||
                 std::ranges::any_of(sources,
                                     [](const std::string& source) {
                                       return source.find('\n') != std::string::npos;
                                     }),
             "a stack of more lines");
  return 0;
}
