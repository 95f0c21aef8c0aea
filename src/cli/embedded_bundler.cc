#include "cli/embedded_bundler.h"

extern "C" const std::uint8_t wws_bundler_kit_begin[], wws_bundler_kit_end[];

namespace wws::cli {

ByteView embedded_bundler() noexcept {
  return {wws_bundler_kit_begin,
          static_cast<std::size_t>(wws_bundler_kit_end - wws_bundler_kit_begin)};
}

}  // namespace wws::cli
