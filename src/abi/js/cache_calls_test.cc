#include "abi/js/cache_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest/js/abi.h"

namespace wws::abi::js {
namespace {

using ::testing::HasSubstr;

class CacheCallsTest : public ::testing::Test {
 protected:
  static std::string question(std::uint32_t what, std::uint32_t flags, std::string_view cache,
                              std::string_view url) {
    std::string out;
    ByteWriter writer(out);
    writer.number(what);
    writer.number(flags);
    writer.prefixed_text(cache);
    writer.prefixed_text(url);
    writer.number(std::uint32_t{1});
    writer.prefixed_text("accept");
    writer.prefixed_text("text/html");
    return out;
  }
  static std::string put(std::uint32_t flags, std::string_view cache, std::string_view url) {
    std::string out;
    ByteWriter writer(out);
    writer.number(flags);
    writer.prefixed_text(cache);
    writer.prefixed_text(url);
    writer.number(std::uint32_t{1});
    writer.prefixed_text("accept");
    writer.prefixed_text("text/html");
    writer.number(std::uint32_t{WWS_CACHED_BODY});
    writer.number(std::uint16_t{201});
    writer.prefixed_text("Made");
    writer.prefixed_text("http://other/");
    writer.number(std::uint32_t{1});
    writer.prefixed_text("vary");
    writer.prefixed_text("accept");
    return out;
  }
  std::int32_t call(std::uint32_t what, std::uint32_t flags, std::string_view cache = "",
                    std::string_view url = "http://x/") {
    return calls_.call(as_bytes(question(what, flags, cache, url)));
  }

  io::ManualClock clock_;
  observe::MemoryLog log_;
  bindings::CacheStore store_{clock_, {.entry_bytes = 10'000}};
  CacheCalls calls_{store_, "space", log_, "worker"};
};

TEST_F(CacheCallsTest, WhatWasPutIsFound) {
  EXPECT_EQ(calls_.put(as_bytes(put(WWS_CACHE_DEFAULT, "", "http://x/")), as_bytes("body")), 1);
  ASSERT_GT(call(WWS_CACHE_MATCH, WWS_CACHE_DEFAULT), 4);
  ByteReader reader(as_bytes(calls_.taken()));
  EXPECT_EQ(reader.number<std::uint32_t>(), 1u);
  EXPECT_EQ(reader.prefixed_text(), "http://x/");
  EXPECT_EQ(reader.number<std::uint32_t>(), 1u);
  EXPECT_EQ(reader.prefixed_text(), "accept");
  EXPECT_EQ(reader.prefixed_text(), "text/html");
  EXPECT_EQ(reader.number<std::uint32_t>(), std::uint32_t{WWS_CACHED_BODY});
  EXPECT_EQ(reader.number<std::uint16_t>(), 201);
  EXPECT_EQ(reader.prefixed_text(), "Made");
  EXPECT_EQ(reader.prefixed_text(), "http://other/");
  EXPECT_EQ(reader.number<std::uint32_t>(), 1u);
  EXPECT_EQ(reader.prefixed_text(), "vary");
  EXPECT_EQ(reader.prefixed_text(), "accept");
  EXPECT_EQ(reader.number<std::uint32_t>(), 4u);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_EQ(calls_.body(0), "body");
  EXPECT_EQ(calls_.body(1), "");
  EXPECT_EQ(call(WWS_CACHE_DELETE, WWS_CACHE_DEFAULT), 1);
  EXPECT_EQ(calls_.body(0), "");
}

TEST_F(CacheCallsTest, AnEmptyNameIsNotTheDefaultCache) {
  EXPECT_EQ(calls_.put(as_bytes(put(0, "", "http://x/")), as_bytes("named")), 1);
  EXPECT_EQ(call(WWS_CACHE_MATCH, WWS_CACHE_DEFAULT), 4);
  EXPECT_GT(call(WWS_CACHE_MATCH, 0), 4);
  EXPECT_EQ(call(WWS_CACHE_HAS, 0), 1);
}

TEST_F(CacheCallsTest, AnotherSpaceSeesNothing) {
  CacheCalls others(store_, "other", log_, "other");
  EXPECT_EQ(calls_.put(as_bytes(put(WWS_CACHE_DEFAULT, "", "http://x/")), as_bytes("body")), 1);
  EXPECT_EQ(
      others.call(as_bytes(question(WWS_CACHE_ALL, WWS_CACHE_DEFAULT | WWS_CACHE_EVERY, "", ""))),
      4);
}

TEST_F(CacheCallsTest, WhatIsNotKeptIsSaidInTheLog) {
  EXPECT_EQ(calls_.put(as_bytes(put(0, "n", "http://x/")), as_bytes("old")), 1);
  EXPECT_EQ(calls_.put(as_bytes(put(0, "n", "http://x/")), as_bytes(std::string(10'001, 'x'))), 0);
  EXPECT_EQ(call(WWS_CACHE_MATCH, 0, "n"), 4);
  EXPECT_EQ(calls_.put(as_bytes(put(WWS_CACHE_TOO_LARGE, "n", "http://x/")), {}), 0);
  ASSERT_EQ(log_.records().size(), 2u);
  EXPECT_THAT(log_.records()[0].text, HasSubstr("did not keep the response for http://x/"));
}

TEST_F(CacheCallsTest, AWorkerHasSoManyCaches) {
  for (std::size_t i = 0; i < bindings::kMaxNamedCaches; ++i)
    EXPECT_EQ(call(WWS_CACHE_OPEN, 0, std::to_string(i)), 0);
  const auto refused = call(WWS_CACHE_OPEN, 0, "one more");
  ASSERT_LT(refused, 0);
  EXPECT_EQ(static_cast<std::size_t>(-1 - refused), calls_.taken().size());
  EXPECT_THAT(std::string(calls_.taken()), HasSubstr("at most 256 caches"));
}

TEST_F(CacheCallsTest, MessagesThatAreCutChangeNothing) {
  const std::string whole = put(WWS_CACHE_DEFAULT, "", "http://x/");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(calls_.put(as_bytes(whole.substr(0, size)), as_bytes("body")), 0) << size;
  EXPECT_EQ(store_.stats().entries, 0u);
  const std::string asked = question(WWS_CACHE_OPEN, 0, "name", "");
  for (std::size_t size = 0; size < asked.size(); ++size)
    EXPECT_LT(calls_.call(as_bytes(asked.substr(0, size))), 0) << size;
  EXPECT_FALSE(store_.has("space", "name"));
}

}  // namespace
}  // namespace wws::abi::js
