// The start-up self-test of kept instances: makes a memory, dirties it in every way that is known
// to fool page scans, restores it and compares every byte.
#pragma once

#include "base/result.h"

namespace wws::wasm {

// Errors: Unsupported, saying what did not hold; then instances may not be kept. Takes a few ms.
[[nodiscard]] Result<void> test_page_scan(int pagemap);

}  // namespace wws::wasm
