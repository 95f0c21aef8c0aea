#include "http/websocket/message_reader.h"

#include <gtest/gtest.h>

#include <vector>

#include "http/websocket/test_frames.h"

namespace wws::http::websocket {
namespace {

using Event = MessageReader::Event;

// All that the bytes say, as text: "text:hello", "close:1000 bye", "failed:1002 why".
std::vector<std::string> events_of(MessageReader& reader, std::string_view bytes,
                                   std::size_t piece = SIZE_MAX) {
  std::vector<std::string> events;
  while (true) {
    std::string_view some = bytes.substr(0, piece);
    const auto step = reader.read(some);
    bytes.remove_prefix(step.consumed);
    switch (step.event) {
      case Event::NeedMore:
        EXPECT_EQ(step.consumed, some.size());
        if (bytes.empty()) return events;
        break;
      case Event::Text: events.push_back("text:" + reader.payload()); break;
      case Event::Binary: events.push_back("binary:" + reader.payload()); break;
      case Event::Ping: events.push_back("ping:" + reader.payload()); break;
      case Event::Pong: events.push_back("pong:" + reader.payload()); break;
      case Event::Close:
        events.push_back("close:" + std::to_string(reader.code()) + " " + reader.payload());
        return events;
      case Event::Failed:
        events.push_back("failed:" + std::to_string(reader.code()) + " " + reader.failure());
        EXPECT_EQ(reader.read("x").event, Event::Failed);
        return events;
    }
  }
}

// The same in one piece, in bytes and in threes.
std::vector<std::string> events(std::string_view bytes, std::uint64_t most = 1000,
                                const std::optional<DeflateParameters>& deflate = std::nullopt) {
  MessageReader whole(most, deflate), bytewise(most, deflate), threes(most, deflate);
  auto all = events_of(whole, bytes);
  EXPECT_EQ(events_of(bytewise, bytes, 1), all);
  EXPECT_EQ(events_of(threes, bytes, 3), all);
  return all;
}

using Texts = std::vector<std::string>;

TEST(MessageReader, ReadsMessagesAndWhatComesBetweenTheirFragments) {
  EXPECT_EQ(events(client_frame(Opcode::Text, "hello") + client_frame(Opcode::Binary, "") +
                   client_frame(Opcode::Text, "a", Final::No) + client_frame(Opcode::Ping, "p") +
                   client_frame(Opcode::Continuation, "b", Final::No) +
                   client_frame(Opcode::Pong, "") + client_frame(Opcode::Continuation, "") +
                   client_frame(Opcode::Close, close_payload_of(1000, "bye"))),
            (Texts{"text:hello", "binary:", "ping:p", "pong:", "text:ab", "close:1000 bye"}));
}

TEST(MessageReader, ReadsLongMessages) {
  const std::string large(100'000, 'x');
  MessageReader reader(0, std::nullopt);
  EXPECT_EQ(events_of(reader, client_frame(Opcode::Binary, large), 16 * 1024),
            Texts{"binary:" + large});
}

TEST(MessageReader, RefusesFragmentsOutOfOrder) {
  EXPECT_EQ(events(client_frame(Opcode::Continuation, "x")),
            Texts{"failed:1002 a frame continues a message that did not begin"});
  EXPECT_EQ(events(client_frame(Opcode::Text, "x", Final::No) + client_frame(Opcode::Text, "y")),
            Texts{"failed:1002 a message begins before the last one ended"});
}

TEST(MessageReader, BoundsMessagesBeforeTheyCome) {
  EXPECT_EQ(events(client_frame(Opcode::Binary, std::string(1000, 'x'))).size(), 1u);
  // The head alone says it.
  const auto frame = client_frame(Opcode::Binary, std::string(1001, 'x'));
  EXPECT_EQ(events(frame.substr(0, 8)), Texts{"failed:1009 the message is too large"});
  EXPECT_EQ(events(client_frame(Opcode::Binary, std::string(600, 'x'), Final::No) +
                   client_frame(Opcode::Continuation, std::string(401, 'x')).substr(0, 8)),
            Texts{"failed:1009 the message is too large"});
}

TEST(MessageReader, RefusesTextThatIsNotUtf8WithinItsFrame) {
  EXPECT_EQ(events(client_frame(Opcode::Text, "ab\xff and more").substr(0, 9)),
            Texts{"failed:1007 a text is not UTF-8"});
  EXPECT_EQ(events(client_frame(Opcode::Text, "\xe2\x82", Final::No) +
                   client_frame(Opcode::Continuation, "\xac")),
            Texts{"text:€"});
  EXPECT_EQ(events(client_frame(Opcode::Text, "\xe2\x82")),
            Texts{"failed:1007 a text is not UTF-8"});
  EXPECT_EQ(events(client_frame(Opcode::Binary, "\xff")), Texts{"binary:\xff"});
}

TEST(MessageReader, ReadsCloseFrames) {
  EXPECT_EQ(events(client_frame(Opcode::Close, "")), Texts{"close:1005 "});
  EXPECT_EQ(events(client_frame(Opcode::Close, "x")),
            Texts{"failed:1002 a close frame has half a code"});
  EXPECT_EQ(events(client_frame(Opcode::Close, close_payload_of(1005))),
            Texts{"failed:1002 a close frame has an invalid code"});
  EXPECT_EQ(events(client_frame(Opcode::Close, close_payload_of(1000, "\xff"))),
            Texts{"failed:1007 a close frame's reason is not UTF-8"});
}

TEST(MessageReader, ReadsCompressedMessages) {
  DeflateParameters parameters;
  Deflater deflater(parameters);
  std::string first, second;
  ASSERT_TRUE(deflater.add("hello hello hello", Deflater::Part::Last, first));
  ASSERT_TRUE(deflater.add("hello hello hello", Deflater::Part::Last, second));
  EXPECT_EQ(events(raw_client_frame(0xc1, first) + raw_client_frame(0x42, second.substr(0, 2)) +
                       client_frame(Opcode::Ping, "") +
                       client_frame(Opcode::Continuation, second.substr(2)) +
                       client_frame(Opcode::Text, "plain"),
                   1000, parameters),
            (Texts{"text:hello hello hello", "ping:", "binary:hello hello hello", "text:plain"}));
}

TEST(MessageReader, BoundsWhatCompressedDataGrowTo) {
  DeflateParameters parameters;
  Deflater deflater(parameters);
  std::string bomb;
  ASSERT_TRUE(deflater.add(std::string(1 << 20, 'x'), Deflater::Part::Last, bomb));
  EXPECT_EQ(events(raw_client_frame(0xc2, bomb), 100'000, parameters),
            Texts{"failed:1009 the message is too large"});
  EXPECT_EQ(events(raw_client_frame(0xc2, "\xff\xff\xff\xff"), 1000, parameters),
            Texts{"failed:1007 a message's compressed data are not valid"});
  std::string wrong;
  Deflater other(parameters);
  ASSERT_TRUE(other.add("not \xff text", Deflater::Part::Last, wrong));
  EXPECT_EQ(events(raw_client_frame(0xc1, wrong), 1000, parameters),
            Texts{"failed:1007 a text is not UTF-8"});
}

}  // namespace
}  // namespace wws::http::websocket
