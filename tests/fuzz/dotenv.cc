// A .env of any bytes: variables with sound names and values, and a mistake for each other line.
#include "config/dotenv.h"

#include "base/assert.h"
#include "base/text.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = wws::fuzz::text_of(data, size);
  const auto parsed = wws::config::parse_dotenv(".env", text);
  const auto lines = std::ranges::count(text, '\n') + 1;
  for (const auto& [name, value] : parsed.variables) {
    WWS_ASSERT(!name.empty() && !(name[0] >= '0' && name[0] <= '9'), "a name that is none");
    WWS_ASSERT(name.find_first_of("=# \t\r\n\"'") == std::string::npos, "a name that is none");
    WWS_ASSERT(wws::is_utf8(value) && value.find('\0') == std::string::npos,
               "a value that is none");
  }
  for (const auto& mistake : parsed.mistakes)
    WWS_ASSERT(mistake.line >= 1 && mistake.line <= lines && !mistake.what.empty(),
               "a mistake that says nothing");
  return 0;
}
