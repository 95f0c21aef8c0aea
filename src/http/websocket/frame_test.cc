#include "http/websocket/frame.h"

#include <gtest/gtest.h>

#include "http/websocket/test_frames.h"

namespace wws::http::websocket {
namespace {

std::string failure_of(std::string_view bytes, Compressed compressed = Compressed::Never) {
  const auto read = read_client_head(bytes, compressed);
  if (!read) return "incomplete";
  return read->failure == nullptr ? "" : read->failure;
}

TEST(ClientHead, IsReadOfEveryLength) {
  for (const std::size_t length : {0u, 1u, 125u, 126u, 127u, 0xffffu, 0x10000u, 1u << 20}) {
    const std::string frame = client_frame(Opcode::Binary, std::string(length, 'x'));
    const auto read = read_client_head(frame, Compressed::Never);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->failure, nullptr);
    EXPECT_EQ(read->head.length, length);
    EXPECT_EQ(read->size + length, frame.size());
    EXPECT_TRUE(read->head.final);
    EXPECT_EQ(read->head.opcode, Opcode::Binary);
    for (std::size_t some = 0; some < read->size; ++some)
      EXPECT_EQ(failure_of(frame.substr(0, some)), "incomplete") << some;
  }
}

TEST(ClientHead, IsRefusedAtTheFirstByteThatIsWrong) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    EXPECT_EQ(failure_of(std::string{static_cast<char>(0x80 | opcode)}),
              "a frame has an unknown opcode");
  for (const int bits : {0x10, 0x20, 0x40, 0x70})
    EXPECT_EQ(failure_of(std::string{static_cast<char>(0x81 | bits)}), "a frame has reserved bits");
  EXPECT_EQ(failure_of("\x09"), "a control frame is fragmented");
  EXPECT_EQ(failure_of(std::string{'\x81', '\x05'}), "a frame of the client is not masked");
  EXPECT_EQ(failure_of(std::string{'\x89', static_cast<char>(0x80 | 126)}),
            "a control frame is too long");
}

TEST(ClientHead, HasTheShortestLength) {
  const std::string_view two("\x81\xfe\x00\x7d\x00\x00\x00\x00", 8);
  EXPECT_EQ(failure_of(two), "a frame's length is not written in its shortest form");
  const std::string_view eight("\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x00", 14);
  EXPECT_EQ(failure_of(eight), "a frame's length is not written in its shortest form");
  const std::string_view negative("\x81\xff\x80\x00\x00\x00\x00\x00\xff\xff\x00\x00\x00\x00", 14);
  EXPECT_EQ(failure_of(negative), "a frame's length is negative");
}

TEST(ClientHead, MayBeCompressedWhereAMessageBegins) {
  EXPECT_EQ(failure_of("\xc1", Compressed::Agreed), "incomplete");
  EXPECT_EQ(failure_of("\xc2", Compressed::Agreed), "incomplete");
  EXPECT_EQ(failure_of("\xc0", Compressed::Agreed), "a frame has reserved bits");
  EXPECT_EQ(failure_of("\xc9", Compressed::Agreed), "a frame has reserved bits");
}

TEST(ServerHead, IsAsShortAsItCanBe) {
  std::string out;
  append_server_head(out, {.opcode = Opcode::Text, .length = 5});
  EXPECT_EQ(out, "\x81\x05");
  out.clear();
  append_server_head(out, {.compressed = true, .opcode = Opcode::Binary, .length = 300});
  EXPECT_EQ(out, std::string_view("\xc2\x7e\x01\x2c", 4));
  out.clear();
  append_server_head(out, {.final = false, .opcode = Opcode::Continuation, .length = 70000});
  EXPECT_EQ(out, std::string_view("\x00\x7f\x00\x00\x00\x00\x00\x01\x11\x70", 10));
}

TEST(Mask, AppliesWhateverThePieces) {
  const Mask mask{1, 2, 3, 4};
  std::string whole(37, 'a'), pieces = whole;
  apply_mask(whole.data(), whole.size(), mask, 0);
  for (std::size_t at = 0, size = 1; at < pieces.size(); at += size, ++size)
    apply_mask(pieces.data() + at, std::min(size, pieces.size() - at), mask, at);
  EXPECT_EQ(whole, pieces);
  EXPECT_EQ(whole[36], static_cast<char>('a' ^ 1));
}

TEST(CloseCodes, ThatMayBeSent) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999})
    EXPECT_TRUE(is_sendable_code(static_cast<std::uint16_t>(code))) << code;
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535})
    EXPECT_FALSE(is_sendable_code(static_cast<std::uint16_t>(code))) << code;
}

}  // namespace
}  // namespace wws::http::websocket
