// The engine bundle that the build put into this program.
#pragma once

#include "base/bytes.h"

namespace wws::cli {

// Lives as long as the program.
[[nodiscard]] ByteView embedded_engine() noexcept;

}  // namespace wws::cli
