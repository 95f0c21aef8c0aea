#include "bindings/cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace wws::bindings {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Fields = std::initializer_list<std::pair<const char*, const char*>>;

http::Headers headers(Fields fields) {
  http::Headers out;
  for (const auto& [name, value] : fields) out.add(name, value);
  return out;
}

CachedResponse response(std::string url, std::string body, Fields fields = {},
                        Fields request = {}) {
  CachedResponse out;
  out.request_url = std::move(url);
  out.request_headers = headers(request);
  out.headers = headers(fields);
  out.body = std::move(body);
  return out;
}

CacheQuery query(std::string url, Fields fields = {}) { return {std::move(url), headers(fields)}; }

class CacheStoreTest : public ::testing::Test {
 protected:
  // The bodies of what is found.
  static std::vector<std::string> find(CacheStore& store, const CachePlace& place,
                                       const CacheQuery& wanted, std::size_t most = SIZE_MAX) {
    std::vector<std::string> bodies;
    for (const auto& found : store.find(place, wanted, most)) bodies.push_back(found->body);
    return bodies;
  }

  io::ManualClock clock_{seconds(784'111'777)};
  CacheStore store_{clock_};
  const CachePlace place_{"a", std::nullopt};
};

TEST_F(CacheStoreTest, GivesBackWhatWasPutUntilItIsReplaced) {
  EXPECT_THAT(find(store_, place_, query("http://x/")), IsEmpty());
  ASSERT_TRUE(store_.put(place_, response("http://x/", "1")));
  ASSERT_TRUE(store_.put(place_, response("http://x/y", "2")));
  EXPECT_THAT(find(store_, place_, query("http://x/")), ElementsAre("1"));
  ASSERT_TRUE(store_.put(place_, response("http://x/", "3")));
  EXPECT_THAT(find(store_, place_, query("http://x/")), ElementsAre("3"));
  EXPECT_THAT(find(store_, place_, {}), ElementsAre("2", "3"));
  EXPECT_EQ(store_.remove(place_, query("http://x/")), 1u);
  EXPECT_EQ(store_.remove(place_, query("http://x/")), 0u);
  EXPECT_THAT(find(store_, place_, {}), ElementsAre("2"));
}

TEST_F(CacheStoreTest, SpacesAndCachesDoNotSeeEachOther) {
  ASSERT_TRUE(store_.put({"a", std::nullopt}, response("http://x/", "a")));
  ASSERT_TRUE(store_.put({"a", "n"}, response("http://x/", "named")));
  EXPECT_THAT(find(store_, {"b", std::nullopt}, query("http://x/")), IsEmpty());
  EXPECT_THAT(find(store_, {"b", "n"}, query("http://x/")), IsEmpty());
  EXPECT_THAT(find(store_, {"a", "n"}, query("http://x/")), ElementsAre("named"));
  EXPECT_THAT(find(store_, {"a", ""}, query("http://x/")), IsEmpty());
  EXPECT_EQ(store_.remove({"b", std::nullopt}, {}), 0u);
  EXPECT_FALSE(store_.drop("b", "n"));
  EXPECT_THAT(find(store_, {"a", std::nullopt}, {}), ElementsAre("a"));
}

TEST_F(CacheStoreTest, NamesStandInTheOrderInWhichTheyWereMade) {
  ASSERT_TRUE(store_.open("a", "z"));
  ASSERT_TRUE(store_.open("a", ""));
  ASSERT_TRUE(store_.open("a", "z"));
  EXPECT_THAT(store_.names("a"), ElementsAre("z", ""));
  EXPECT_TRUE(store_.has("a", ""));
  EXPECT_TRUE(store_.drop("a", "z"));
  EXPECT_FALSE(store_.drop("a", "z"));
  EXPECT_THAT(store_.names("a"), ElementsAre(""));
  EXPECT_THAT(store_.names("b"), IsEmpty());
}

TEST_F(CacheStoreTest, DroppingACacheFreesWhatWasInIt) {
  ASSERT_TRUE(store_.put({"a", "n"}, response("http://x/1", "1")));
  ASSERT_TRUE(store_.put({"a", "n"}, response("http://x/2", "2")));
  EXPECT_TRUE(store_.drop("a", "n"));
  EXPECT_EQ(store_.stats().bytes, 0u);
  EXPECT_EQ(store_.stats().entries, 0u);
}

TEST_F(CacheStoreTest, ASpaceHasSoManyCaches) {
  for (std::size_t i = 0; i < kMaxNamedCaches; ++i)
    ASSERT_TRUE(store_.open("a", std::to_string(i)));
  const auto one_more = store_.open("a", "more");
  ASSERT_FALSE(one_more);
  EXPECT_THAT(one_more.error().message(), HasSubstr("at most 256 caches"));
  EXPECT_FALSE(store_.put({"a", "more"}, response("http://x/", "")));
  EXPECT_TRUE(store_.open("a", "7"));
  EXPECT_TRUE(store_.open("b", "more"));
  EXPECT_FALSE(store_.open("b", std::string(kMaxCacheName + 1, 'n')));
}

TEST_F(CacheStoreTest, TheSearchCountsUnlessItIsIgnored) {
  for (const char* url :
       {"http://x/p?b", "http://x/p", "http://x/p/q", "http://x/p?a", "http://x/pp"})
    ASSERT_TRUE(store_.put(place_, response(url, url)));
  EXPECT_THAT(find(store_, place_, query("http://x/p?a")), ElementsAre("http://x/p?a"));
  EXPECT_THAT(find(store_, place_, query("http://x/p?c")), IsEmpty());
  CacheQuery any = query("http://x/p?c");
  any.ignore_search = true;
  EXPECT_THAT(find(store_, place_, any), ElementsAre("http://x/p?b", "http://x/p", "http://x/p?a"));
  EXPECT_THAT(find(store_, place_, any, 1), ElementsAre("http://x/p?b"));
}

TEST_F(CacheStoreTest, VaryTellsResponsesApart) {
  const auto put = [&](const char* body, Fields request) {
    ASSERT_TRUE(store_.put(
        place_, response("http://x/", body, {{"vary", "Accept, x-a,"}, {"vary", "x-b"}}, request)));
  };
  put("plain", {});
  put("html", {{"accept", "text/html"}});
  put("html 2", {{"accept", "text/html"}, {"x-b", "1"}, {"x-c", "ignored"}});
  EXPECT_THAT(find(store_, place_, query("http://x/")), ElementsAre("plain"));
  EXPECT_THAT(find(store_, place_, query("http://x/", {{"Accept", "text/html"}})),
              ElementsAre("html"));
  EXPECT_THAT(find(store_, place_, query("http://x/", {{"accept", "text/html"}, {"x-b", "1"}})),
              ElementsAre("html 2"));
  EXPECT_THAT(find(store_, place_, query("http://x/", {{"accept", "image/png"}})), IsEmpty());
  EXPECT_THAT(find(store_, place_, query("http://x/", {{"x-a", ""}})), IsEmpty());
  CacheQuery any = query("http://x/");
  any.ignore_vary = true;
  EXPECT_THAT(find(store_, place_, any), ElementsAre("plain", "html", "html 2"));
  put("html 3", {{"accept", "text/html"}});
  EXPECT_THAT(find(store_, place_, any), ElementsAre("plain", "html 2", "html 3"));
}

TEST_F(CacheStoreTest, OneUrlHasSoManyVariants) {
  for (std::size_t i = 0; i < kMaxVariants + 2; ++i)
    ASSERT_TRUE(store_.put(place_, response("http://x/", std::to_string(i), {{"vary", "n"}},
                                            {{"n", std::to_string(i).c_str()}})));
  EXPECT_EQ(find(store_, place_, {}).size(), kMaxVariants);
  EXPECT_THAT(find(store_, place_, query("http://x/", {{"n", "1"}})), IsEmpty());
  EXPECT_THAT(find(store_, place_, query("http://x/", {{"n", "2"}})), ElementsAre("2"));
}

TEST_F(CacheStoreTest, WhatIsOverIsGone) {
  ASSERT_TRUE(store_.put(place_, response("http://x/", "1", {{"cache-control", "max-age=10"}})));
  clock_.advance(seconds(9));
  EXPECT_THAT(find(store_, place_, query("http://x/")), ElementsAre("1"));
  clock_.advance(seconds(1));
  EXPECT_THAT(find(store_, place_, query("http://x/")), IsEmpty());
  EXPECT_EQ(store_.stats().entries, 0u);
}

TEST_F(CacheStoreTest, WhatIsRefusedTakesWhatItWouldHaveReplacedAlong) {
  ASSERT_TRUE(store_.put(place_, response("http://x/", "old")));
  const auto kept = store_.put(place_, response("http://x/", "new", {{"set-cookie", "a=b"}}));
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind(), ErrorKind::Denied);
  EXPECT_THAT(find(store_, place_, {}), IsEmpty());
  EXPECT_EQ(store_.stats().refused, 1u);
  ASSERT_TRUE(store_.put(place_, response("http://x/", "old")));
  store_.refuse(place_, query("http://x/"));
  EXPECT_THAT(find(store_, place_, {}), IsEmpty());
  EXPECT_EQ(store_.stats().refused, 2u);
}

TEST_F(CacheStoreTest, AFieldForOnePersonIsNotKept) {
  ASSERT_TRUE(store_.put(
      place_,
      response("http://x/", "1",
               {{"set-cookie", "a=b"}, {"cache-control", "private=Set-Cookie"}, {"x-kept", "1"}})));
  const auto found = store_.find(place_, query("http://x/"), 1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_FALSE(found[0]->headers.contains("set-cookie"));
  EXPECT_TRUE(found[0]->headers.contains("x-kept"));
}

TEST_F(CacheStoreTest, AnEntryThatIsTooLargeIsRefused) {
  CacheStore store(clock_, {.bytes = 1 << 20, .entry_bytes = 10'000});
  const auto kept = store.put(place_, response("http://x/", std::string(10'000, 'x')));
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message(), HasSubstr("an entry of the caches may take 10000"));
  EXPECT_TRUE(store.put(place_, response("http://x/", std::string(9'000, 'x'))));
}

TEST_F(CacheStoreTest, WithoutMemoryNothingIsKept) {
  CacheStore store(clock_, {.bytes = 0});
  EXPECT_FALSE(store.put(place_, response("http://x/", "")));
  EXPECT_THAT(find(store, place_, {}), IsEmpty());
  CacheStore none(clock_, {.entries = 0});
  EXPECT_FALSE(none.put(place_, response("http://x/", "")));
}

TEST_F(CacheStoreTest, WhatWasNotUsedMakesRoom) {
  CacheStore store(clock_, {.entries = 3});
  for (const char* url : {"1", "2", "3"}) ASSERT_TRUE(store.put(place_, response(url, url)));
  EXPECT_THAT(find(store, place_, query("1")), ElementsAre("1"));
  ASSERT_TRUE(store.put(place_, response("4", "4")));
  EXPECT_THAT(find(store, place_, {}), ElementsAre("1", "3", "4"));
  EXPECT_EQ(store.stats().evicted, 1u);
}

TEST_F(CacheStoreTest, WhoTakesMostMakesRoom) {
  CacheStore store(clock_, {.bytes = 100'000});
  ASSERT_TRUE(store.put({"victim", std::nullopt}, response("http://x/", std::string(20'000, 'v'))));
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(store.put(place_, response(std::to_string(i), std::string(10'000, 'x'))));
  EXPECT_EQ(find(store, {"victim", std::nullopt}, {}).size(), 1u);
  EXPECT_LE(store.stats().bytes, 100'000u);
  EXPECT_THAT(find(store, place_, query("99")), ::testing::SizeIs(1));
}

TEST_F(CacheStoreTest, TheNewestStaysThoughItTakesMost) {
  CacheStore store(clock_, {.bytes = 100'000});
  for (int i = 0; i < 9; ++i)
    ASSERT_TRUE(
        store.put({std::to_string(i), std::nullopt}, response("u", std::string(10'000, 'x'))));
  ASSERT_TRUE(store.put(place_, response("u", std::string(50'000, 'y'))));
  EXPECT_EQ(find(store, place_, {}).size(), 1u);
  EXPECT_LE(store.stats().bytes, 100'000u);
}

TEST_F(CacheStoreTest, CountsWhatIsAskedFor) {
  (void)find(store_, place_, query("http://x/"));
  ASSERT_TRUE(store_.put(place_, response("http://x/", "1")));
  (void)find(store_, place_, query("http://x/"));
  (void)find(store_, place_, {});
  const auto stats = store_.stats();
  EXPECT_EQ(stats.hits, 1u);
  EXPECT_EQ(stats.misses, 1u);
  EXPECT_EQ(stats.stored, 1u);
  EXPECT_EQ(stats.entries, 1u);
  EXPECT_GT(stats.bytes, 0u);
}

TEST_F(CacheStoreTest, ManyThreadsShareIt) {
  CacheStore store(clock_, {.bytes = 50'000});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&store, space = std::to_string(thread % 2)] {
      for (int i = 0; i < 500; ++i) {
        const std::string url = std::to_string(i % 20);
        (void)store.put({space, std::nullopt}, response(url, std::string(1000, 'x')));
        (void)store.find({space, std::nullopt}, query(url), 1);
        if (i % 50 == 0) (void)store.remove({space, std::nullopt}, {});
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(store.stats().bytes, 50'000u);
  EXPECT_EQ(store.stats().hits + store.stats().misses, 2000u);
}

}  // namespace
}  // namespace wws::bindings
