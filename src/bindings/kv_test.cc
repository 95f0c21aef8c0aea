#include "bindings/kv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace wws::bindings {
namespace {

using ::testing::HasSubstr;

void put(KvStore& store, const std::string& name, const std::string& key,
         const std::string& value) {
  auto transaction = store.begin(name);
  ASSERT_TRUE(transaction->set(key, value));
  ASSERT_TRUE(transaction->commit());
}

KvMap map_of(KvTransaction& transaction) {
  KvMap map;
  for (const auto& [key, value] : transaction.entries()) map.emplace(key, value);
  return map;
}

KvMap all(KvStore& store, const std::string& name) { return map_of(*store.begin(name)); }

TEST(KvStore, KeepsWhatWasCommittedAndForgetsTheRest) {
  KvStore store;
  put(store, "a", "k", "v");
  {
    auto dropped = store.begin("a");
    ASSERT_TRUE(dropped->set("k", "other"));
    dropped->remove("k");
    ASSERT_TRUE(dropped->set("x", "y"));
  }
  EXPECT_EQ(all(store, "a"), (KvMap{{"k", "v"}}));
  EXPECT_EQ(all(store, "b"), KvMap{});
}

TEST(KvStore, ATransactionTellsTheSizeOfWhatItSees) {
  KvStore store;
  put(store, "a", "key", "value");
  const auto mine = store.begin("a");
  EXPECT_EQ(mine->seen_bytes(), 8u);
  put(store, "a", "other", "x");
  EXPECT_EQ(mine->seen_bytes(), 8u);
  EXPECT_EQ(store.begin("a")->seen_bytes(), 14u);
}

TEST(KvStore, KeysAndValuesAreBytes) {
  KvStore store;
  const std::string key("\0k\xff", 3);
  const std::string value("\0\0", 2);
  put(store, "a", key, value);
  put(store, "a", "", "empty key");
  EXPECT_EQ(store.begin("a")->find(key), value);
  EXPECT_EQ(store.begin("a")->find(""), "empty key");
}

TEST(KvTransaction, SeesItsOwnChangesOverOneSnapshot) {
  KvStore store;
  put(store, "a", "k", "1");
  put(store, "a", "gone", "1");
  auto mine = store.begin("a");
  EXPECT_EQ(mine->find("k"), "1");
  put(store, "a", "k", "2");
  put(store, "a", "late", "1");
  EXPECT_EQ(mine->find("k"), "1");
  EXPECT_EQ(mine->find("late"), std::nullopt);
  ASSERT_TRUE(mine->set("new", "n"));
  mine->remove("gone");
  EXPECT_EQ(mine->find("new"), "n");
  EXPECT_EQ(mine->find("gone"), std::nullopt);
  EXPECT_EQ(map_of(*mine), (KvMap{{"k", "1"}, {"new", "n"}}));
}

TEST(KvTransaction, WritesOnlyWhatItChanged) {
  KvStore store;
  put(store, "a", "kept", "1");
  put(store, "a", "removed", "1");
  auto mine = store.begin("a");
  EXPECT_EQ(mine->find("kept"), "1");
  put(store, "a", "kept", "2");
  put(store, "a", "theirs", "t");
  ASSERT_TRUE(mine->set("mine", "m"));
  mine->remove("removed");
  ASSERT_TRUE(mine->commit());
  EXPECT_EQ(all(store, "a"), (KvMap{{"kept", "2"}, {"mine", "m"}, {"theirs", "t"}}));
}

TEST(KvTransaction, IsAsNewAfterItsCommit) {
  KvStore store;
  auto mine = store.begin("a");
  ASSERT_TRUE(mine->set("k", "1"));
  ASSERT_TRUE(mine->commit());
  put(store, "a", "k", "2");
  EXPECT_EQ(mine->find("k"), "2");
  ASSERT_TRUE(mine->commit());
  EXPECT_EQ(all(store, "a"), (KvMap{{"k", "2"}}));
}

TEST(KvTransaction, ReplacingTheMapWritesTheDifferenceOnly) {
  KvStore store;
  put(store, "a", "same", "1");
  put(store, "a", "changed", "1");
  put(store, "a", "removed", "1");
  auto mine = store.begin("a");
  EXPECT_EQ(mine->entries().size(), 3u);
  put(store, "a", "same", "theirs");
  put(store, "a", "added by them", "t");
  const KvMap wanted{{"same", "1"}, {"changed", "2"}, {"added", "a"}};
  ASSERT_TRUE(mine->replace_with(wanted));
  EXPECT_EQ(map_of(*mine), wanted);
  ASSERT_TRUE(mine->commit());
  EXPECT_EQ(all(store, "a"),
            (KvMap{{"added", "a"}, {"added by them", "t"}, {"changed", "2"}, {"same", "theirs"}}));
}

TEST(KvTransaction, ReplacingWithNothingEmptiesWhatWasSeen) {
  KvStore store;
  for (int i = 0; i < 1000; ++i) put(store, "a", std::to_string(i), "v");
  auto mine = store.begin("a");
  ASSERT_TRUE(mine->set("dropped", "by the replacement"));
  ASSERT_TRUE(mine->replace_with({}));
  ASSERT_TRUE(mine->commit());
  EXPECT_EQ(all(store, "a"), KvMap{});
}

TEST(KvLimits, ACommitOverThemWritesNothing) {
  KvStore store(KvLimits{.max_keys = 3, .max_bytes = 10});
  put(store, "full", "a", "1");
  put(store, "full", "b", "1");
  auto mine = store.begin("full");
  ASSERT_TRUE(mine->set("c", "1"));
  ASSERT_TRUE(mine->set("d", "1"));
  const auto committed = mine->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().kind(), ErrorKind::Exhausted);
  EXPECT_THAT(committed.error().to_string(), HasSubstr("'full'"));
  EXPECT_THAT(committed.error().to_string(), HasSubstr("3 keys"));
  EXPECT_EQ(all(store, "full"), (KvMap{{"a", "1"}, {"b", "1"}}));
  ASSERT_TRUE(mine->set("a", "12345678"));
  const auto bytes = mine->commit();
  ASSERT_FALSE(bytes);
  EXPECT_THAT(bytes.error().to_string(), HasSubstr("10 bytes"));
}

TEST(KvLimits, AreExactAndFreedByRemovals) {
  KvStore store(KvLimits{.max_keys = 2, .max_bytes = 10});
  put(store, "a", "k", "12345678");  // 9 bytes
  put(store, "a", "l", "");          // 10
  put(store, "a", "k", "87654321");
  auto mine = store.begin("a");
  mine->remove("k");
  mine->remove("l");
  mine->remove("never there");
  ASSERT_TRUE(mine->set("m", "123456789"));
  ASSERT_TRUE(mine->commit());
  EXPECT_EQ(all(store, "a"), (KvMap{{"m", "123456789"}}));
}

TEST(KvLimits, BoundATransactionBeforeItsCommit) {
  KvStore store(KvLimits{.max_keys = 2, .max_bytes = 10});
  auto mine = store.begin("a");
  EXPECT_EQ(mine->set("k", "1234567890").error().kind(), ErrorKind::Exhausted);
  ASSERT_TRUE(mine->set("k", "1"));
  ASSERT_TRUE(mine->set("k", "2"));
  ASSERT_TRUE(mine->set("l", "1"));
  EXPECT_EQ(mine->set("m", "1").error().kind(), ErrorKind::Exhausted);
  EXPECT_EQ(mine->replace_with({{"a", ""}, {"b", ""}, {"c", ""}}).error().kind(),
            ErrorKind::Exhausted);
}

TEST(KvStore, ConcurrentRequestsLoseNothing) {
  KvStore store;
  constexpr int kThreads = 4;
  constexpr int kKeys = 200;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < kKeys; ++i) {
        auto transaction = store.begin("a");
        auto map = map_of(*transaction);
        map[std::to_string(t) + "/" + std::to_string(i)] = "v";
        if (!transaction->replace_with(map) || !transaction->commit()) return;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(all(store, "a").size(), static_cast<std::size_t>(kThreads * kKeys));
}

TEST(KvStore, MayGoBeforeItsTransactions) {
  std::unique_ptr<KvTransaction> orphan;
  {
    KvStore store;
    put(store, "a", "k", "v");
    orphan = store.begin("a");
  }
  EXPECT_EQ(orphan->find("k"), "v");
  EXPECT_TRUE(orphan->commit());
}

}  // namespace
}  // namespace wws::bindings
