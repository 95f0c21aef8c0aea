// A path, then the lines of a .wwsignore: every line is a rule or a mistake, and no pattern takes
// longer than the path is worth.
#include "config/ignore_rules.h"

#include "base/assert.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws::config;
  std::string_view rest = wws::fuzz::text_of(data, size);
  std::string path(wws::fuzz::take(rest, '\n'));
  std::erase(path, '\0');
  IgnoreRules rules;
  for (const auto& mistake : rules.add_file(".wwsignore", rest))
    WWS_ASSERT(mistake.line >= 1 && !mistake.what.empty(), "a mistake that says nothing");
  const bool file = rules.ignores(path, EntryKind::File);
  const bool folder = rules.ignores(path, EntryKind::Folder);
  if (rules.empty()) WWS_ASSERT(!file && !folder, "no rule ignores something");

  IgnoreRules globs;
  const std::string_view pattern = wws::fuzz::take(rest, '\n');
  if (globs.add_glob(pattern))
    WWS_ASSERT(globs.ignores(path, EntryKind::File) == globs.ignores(path, EntryKind::Folder),
               "a glob tells files from folders");
  return 0;
}
