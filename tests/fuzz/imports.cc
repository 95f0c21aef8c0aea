// A script's text: cut into tokens or not, it ends, and what it imports stands in it.
#include "bundler/imports.h"

#include "base/assert.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source = wws::fuzz::text_of(data, size);
  const auto outline = wws::bundler::outline_of(source);
  if (!outline.specifiers.empty()) WWS_ASSERT(outline.imports, "imports that are none");
  for (const auto& specifier : outline.specifiers)
    WWS_ASSERT(specifier.size() <= size, "a name that does not stand there");
  // What cannot be read counts as having imports, but not without the word for one.
  const bool has_word = source.find("import") != std::string_view::npos ||
                        source.find("from") != std::string_view::npos;
  WWS_ASSERT(wws::bundler::needs_bundling("a.js", source) == (has_word && outline.imports),
             "imports that are not bundled");
  return 0;
}
