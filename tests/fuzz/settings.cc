// The text of a wws.toml: settings, or mistakes that say where and what.
#include "config/settings.h"

#include "base/assert.h"
#include "config/listen.h"
#include "config/origin.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wws::config;
  const std::string_view text = wws::fuzz::text_of(data, size);
  Settings settings;
  settings.environment = [](std::string_view) { return std::optional<std::string>("value"); };
  for (const auto& mistake : parse_settings("wws.toml", text, settings))
    WWS_ASSERT(!mistake.what.empty() && mistake.file == "wws.toml" && mistake.line >= 0,
               "a mistake that says nothing");
  if (settings.server.listen)
    for (const auto& address : *settings.server.listen)
      WWS_ASSERT(parse_listen(address), "an address that is none is taken");
  if (settings.server.cors)
    for (const auto& origin : *settings.server.cors)
      WWS_ASSERT(parse_origin(origin) == origin, "an origin that is written otherwise");
  static_cast<void>(parse_listen(text));
  if (const auto origin = parse_origin(text))
    WWS_ASSERT(parse_origin(*origin) == *origin, "an origin that is another when it is written");
  return 0;
}
