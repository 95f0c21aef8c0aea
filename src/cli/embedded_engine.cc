#include "cli/embedded_engine.h"

// embedded_engine.S places the file between these.
extern "C" const std::uint8_t wws_engine_bundle_begin[];
extern "C" const std::uint8_t wws_engine_bundle_end[];

namespace wws::cli {

ByteView embedded_engine() noexcept { return {wws_engine_bundle_begin, wws_engine_bundle_end}; }

}  // namespace wws::cli
