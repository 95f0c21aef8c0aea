#include "base/bytes.h"

#include <gtest/gtest.h>

namespace wws {
namespace {

TEST(ByteReader, ReadsBackWhatTheWriterWrote) {
  std::string buffer;
  ByteWriter writer(buffer);
  writer.number<std::uint16_t>(0x1234);
  writer.prefixed_text("hello");
  writer.number<std::int64_t>(-5);

  ByteReader reader(as_bytes(buffer));
  EXPECT_EQ(reader.number<std::uint16_t>(), 0x1234);
  EXPECT_EQ(reader.prefixed_text(), "hello");
  EXPECT_EQ(reader.number<std::int64_t>(), -5);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReader, StaysFailedAfterALengthThatLies) {
  std::string buffer;
  ByteWriter writer(buffer);
  writer.number<std::uint32_t>(0xffffffffu);
  writer.text("abc");

  ByteReader reader(as_bytes(buffer));
  EXPECT_EQ(reader.prefixed_text(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.number<std::uint8_t>(), 0);
  EXPECT_EQ(reader.bytes(1).size(), 0u);
}

}  // namespace
}  // namespace wws
