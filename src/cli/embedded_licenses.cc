#include "cli/embedded_licenses.h"

// embedded_licenses.S places the file between these.
extern "C" const char wws_licenses_begin[];
extern "C" const char wws_licenses_end[];

namespace wws::cli {

std::string_view embedded_licenses() noexcept {
  return {wws_licenses_begin, static_cast<std::size_t>(wws_licenses_end - wws_licenses_begin)};
}

}  // namespace wws::cli
