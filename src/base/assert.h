// WWS_ASSERT: a broken invariant of ours stops the process with a message. Always on, so cheap
// conditions only; WWS_DEBUG_ASSERT is for the costly ones and compiles away in release builds.
#pragma once

#include <string_view>

namespace wws {

// Prints "file:line: assertion failed: condition: message" on stderr and aborts.
[[noreturn]] void assertion_failed(const char* file, int line, const char* condition,
                                   std::string_view message) noexcept;

}  // namespace wws

#define WWS_ASSERT(condition, message)                                    \
  do {                                                                    \
    if (!(condition)) [[unlikely]]                                        \
      ::wws::assertion_failed(__FILE__, __LINE__, #condition, (message)); \
  } while (false)

#ifdef NDEBUG
#define WWS_DEBUG_ASSERT(condition, message) \
  do {                                       \
  } while (false)
#else
#define WWS_DEBUG_ASSERT(condition, message) WWS_ASSERT(condition, message)
#endif
