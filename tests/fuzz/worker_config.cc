// A worker's TOML of any bytes gives a configuration or at least one mistake; whether its worker is
// JavaScript hangs on the text's length.
#include "config/worker_config.h"

#include "base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = wws::config::parse_worker_config(
      "fuzz.toml", size % 2 == 0 ? "js" : "wasm", text,
      [](std::string_view) { return std::optional<std::string>("value"); });
  WWS_ASSERT(config || !config.error().empty(), "failed without a mistake");
  if (config) return 0;
  for (const auto& mistake : config.error())
    WWS_ASSERT(!mistake.what.empty() && mistake.file == "fuzz.toml", "a mistake that says nothing");
  return 0;
}
