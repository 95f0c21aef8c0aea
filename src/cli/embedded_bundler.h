// The bundler's kit that is built into the server (guest/bundler.kit).
#pragma once

#include "base/bytes.h"

namespace wws::cli {

[[nodiscard]] ByteView embedded_bundler() noexcept;

}  // namespace wws::cli
