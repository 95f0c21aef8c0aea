#include "http/files/media_type.h"

#include <gtest/gtest.h>

#include <string>

namespace wws::http {
namespace {

TEST(MediaType, GoesByTheLastExtension) {
  EXPECT_EQ(media_type_of("index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(media_type_of("a.min.JS"), "text/javascript; charset=utf-8");
  EXPECT_EQ(media_type_of("a.js.map"), "application/json");
  EXPECT_EQ(media_type_of("x.7z"), "application/x-7z-compressed");
  EXPECT_EQ(media_type_of("x.zst"), "application/zstd");
  EXPECT_EQ(media_type_of("photo.jpeg"), "image/jpeg");
}

TEST(MediaType, OfWhatIsUnknownIsBytes) {
  for (const char* name : {"", "file", "file.", "file.unknown", "html", "a.htm/l", "a.ht"})
    EXPECT_EQ(media_type_of(name), "application/octet-stream") << name;
  EXPECT_EQ(media_type_of("a." + std::string(100, 'x')), "application/octet-stream");
}

}  // namespace
}  // namespace wws::http
