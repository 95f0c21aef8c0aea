// A request's path to a file: no way out of the folder and no hidden name, however it is written.
#include "http/files/file_path.h"

#include "base/assert.h"
#include "http/files/content_name.h"
#include "http/files/media_type.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = wws::http::to_file_path("/" + std::string(wws::fuzz::text_of(data, size)));
  if (!path) return 0;
  WWS_ASSERT(path->find('\0') == std::string::npos, "a NUL in a path");
  WWS_ASSERT(!path->starts_with('/') && !path->ends_with('/'), "a path that is not below");
  std::string_view rest = *path;
  for (bool first = true; !rest.empty(); first = false) {
    const std::string_view segment = wws::fuzz::take(rest, '/');
    WWS_ASSERT(!segment.empty(), "an empty segment");
    WWS_ASSERT(!segment.starts_with('.') || (first && segment == ".well-known"), "a hidden name");
  }
  WWS_ASSERT(!wws::http::media_type_of(*path).empty(), "no media type");
  static_cast<void>(wws::http::is_named_by_content(*path));
  return 0;
}
