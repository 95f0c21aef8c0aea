#include "http/websocket/deflate.h"

#include <gtest/gtest.h>

namespace wws::http::websocket {
namespace {

std::string chosen(std::string_view offers) {
  Headers headers;
  headers.add("Sec-WebSocket-Extensions", std::string(offers));
  const auto parameters = choose_deflate(headers);
  return parameters ? parameters->to_string() : "";
}

TEST(ChooseDeflate, TakesTheFirstOfferThatCanBeHad) {
  EXPECT_EQ(chosen("permessage-deflate"), "permessage-deflate; server_max_window_bits=12");
  EXPECT_EQ(chosen("permessage-deflate; client_max_window_bits"),
            "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12");
  EXPECT_EQ(chosen("permessage-deflate; client_max_window_bits=\"10\"; server_max_window_bits=9"),
            "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10");
  EXPECT_EQ(chosen("x-other, permessage-deflate;server_no_context_takeover; "
                   "client_no_context_takeover"),
            "permessage-deflate; server_max_window_bits=12; server_no_context_takeover; "
            "client_no_context_takeover");
  EXPECT_EQ(chosen("permessage-deflate; server_max_window_bits=8, permessage-deflate"),
            "permessage-deflate; server_max_window_bits=12");
}

TEST(ChooseDeflate, DeclinesWhatItDoesNotKnow) {
  for (const char* offer :
       {"", "x-webkit-deflate-frame", "permessage-deflate; future",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_max_window_bits=09",
        "permessage-deflate; client_max_window_bits=7",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate=1",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; =; server_no_context_takeover", "permessage-deflate;"})
    EXPECT_EQ(chosen(offer), "") << offer;
}

struct Pair {
  explicit Pair(const DeflateParameters& parameters) : out(parameters), in(parameters) {}
  std::string pack(std::string_view text) {
    std::string packed;
    EXPECT_TRUE(out.add(text, Deflater::Part::Last, packed));
    return packed;
  }
  Result<std::string> unpack(std::string_view packed, std::uint64_t most = 0) {
    std::string text;
    WWS_CHECK(in.add(packed, most, text));
    WWS_CHECK(in.end(most, text));
    return text;
  }
  Deflater out;
  Inflater in;
};

TEST(Deflate, GivesMessagesBack) {
  for (const bool keeps : {true, false}) {
    DeflateParameters parameters;
    parameters.server_window_bits = 9;
    parameters.server_keeps_context = parameters.client_keeps_context = keeps;
    Pair pair(parameters);
    const std::string text = "a message that says the same again: a message";
    const auto first = pair.pack(text), second = pair.pack(text);
    EXPECT_EQ(pair.unpack(first).value(), text);
    EXPECT_EQ(pair.unpack(second).value(), text);
    EXPECT_EQ(second.size() < first.size(), keeps);
    std::string large;
    for (int i = 0; i < 30000; ++i) large += std::to_string(i * 7919 % 1000);
    EXPECT_EQ(pair.unpack(pair.pack(large)).value(), large);
  }
}

TEST(Deflate, GoesInPieces) {
  Pair pair({});
  std::string packed, text;
  ASSERT_TRUE(pair.out.add(std::string(5000, 'a'), Deflater::Part::More, packed));
  ASSERT_TRUE(pair.out.add(std::string(5000, 'b'), Deflater::Part::Last, packed));
  for (const char& byte : packed) ASSERT_TRUE(pair.in.add({&byte, 1}, 0, text));
  ASSERT_TRUE(pair.in.end(0, text));
  EXPECT_EQ(text, std::string(5000, 'a') + std::string(5000, 'b'));
}

TEST(Inflate, StopsAtTheBound) {
  Pair pair({});
  const auto bomb = pair.pack(std::string(1 << 20, '\0'));
  EXPECT_LT(bomb.size(), 10'000u);
  const auto text = pair.unpack(bomb, 100'000);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind(), ErrorKind::Exhausted);
}

TEST(Inflate, TakesDataThatSayThatTheyEndOnce) {
  Pair pair({});
  // RFC 7692 section 7.2.3.4.
  const std::string_view final("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8);
  EXPECT_EQ(pair.unpack(final).value(), "Hello");
  EXPECT_EQ(pair.unpack(final).value(), "Hello");
  EXPECT_FALSE(pair.unpack(std::string_view("\x03\x00\x03\x00", 4)));
}

TEST(Inflate, RefusesWhatIsNotDeflate) {
  Pair pair({});
  EXPECT_FALSE(pair.unpack("\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace wws::http::websocket
