#include "wasm/module_cache.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "wasm/test_guests.h"

namespace wws::wasm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ModuleCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wws-cache-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    folder_ = root_ / "modules";
  }
  void TearDown() override { fs::remove_all(root_); }

  [[nodiscard]] std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.push_back(entry.path());
    return found;
  }
  // Compiles the scribbler in a runtime of its own with this cache, and runs it.
  void compile(observe::MemoryLog& log) const {
    const io::SystemClock clock;
    auto runtime = make_runtime({.cache_folder = folder_}, clock, log);
    ASSERT_TRUE(runtime.has_value()) << runtime.error().to_string();
    auto program = (*runtime)->compile(as_bytes(*wat_to_wasm(test::kScribbler)), {});
    ASSERT_TRUE(program.has_value());
    boost::asio::io_context loop;
    auto pool = (*runtime)->make_pool(loop.get_executor(), {});
    auto lease = std::move(**pool->try_acquire(*program, (*program)->base_image()));
    EXPECT_EQ(lease->memory().load<char>(1024), 't');
  }

  fs::path root_, folder_;
  Digest key_{1, 2, 3};
};

TEST_F(ModuleCacheTest, FindsWhatWasStored) {
  auto cache = ModuleCache::open(folder_).value();
  EXPECT_FALSE(cache->find(key_).has_value());
  ASSERT_TRUE(cache->store(key_, "compiled code").has_value());
  EXPECT_EQ(cache->find(key_), "compiled code");
  EXPECT_FALSE(cache->find(Digest{9}).has_value());
  struct stat info{};
  ASSERT_EQ(stat(folder_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  EXPECT_EQ(entries().size(), 1U);
}

TEST_F(ModuleCacheTest, ADamagedEntryCountsAsMissing) {
  auto cache = ModuleCache::open(folder_).value();
  ASSERT_TRUE(cache->store(key_, "compiled code").has_value());
  const fs::path file = entries().at(0);
  const auto size = fs::file_size(file);
  for (std::uintmax_t at = 0; at < size; ++at) {
    ASSERT_TRUE(cache->store(key_, "compiled code").has_value());
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(at));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(at));
    stream.put(static_cast<char>(byte ^ 1));
    stream.close();
    EXPECT_FALSE(cache->find(key_).has_value()) << at;
  }
  for (std::uintmax_t length = 0; length < size; ++length) {
    ASSERT_TRUE(cache->store(key_, "compiled code").has_value());
    fs::resize_file(file, length);
    EXPECT_FALSE(cache->find(key_).has_value()) << length;
  }
}

TEST_F(ModuleCacheTest, AnEntryUnderAnotherKeyIsNotBelieved) {
  auto cache = ModuleCache::open(folder_).value();
  ASSERT_TRUE(cache->store(key_, "of key one").has_value());
  const fs::path first = entries().at(0);
  const Digest other{7};
  ASSERT_TRUE(cache->store(other, "of key two").has_value());
  for (const fs::path& entry : entries())
    if (entry != first) fs::copy_file(first, entry, fs::copy_options::overwrite_existing);
  EXPECT_FALSE(cache->find(other).has_value());
}

TEST_F(ModuleCacheTest, AFolderThatOthersMayWriteToIsRefused) {
  fs::create_directory(folder_);
  for (const unsigned mode : {0770U, 0707U, 0777U}) {
    ASSERT_EQ(chmod(folder_.c_str(), mode), 0);
    const auto cache = ModuleCache::open(folder_);
    ASSERT_FALSE(cache.has_value());
    EXPECT_EQ(cache.error().kind(), ErrorKind::Denied);
    EXPECT_THAT(cache.error().message(), HasSubstr("chmod 700"));
  }
}

TEST_F(ModuleCacheTest, AFileOrALinkIsNoFolder) {
  std::ofstream(folder_) << "x";
  EXPECT_EQ(ModuleCache::open(folder_).error().kind(), ErrorKind::Invalid);
  fs::remove(folder_);
  fs::create_directory_symlink(root_, folder_);
  EXPECT_EQ(ModuleCache::open(folder_).error().kind(), ErrorKind::Invalid);
}

TEST_F(ModuleCacheTest, ARuntimeCompilesOnceAndRecompilesWhatIsDamaged) {
  observe::MemoryLog log;
  compile(log);
  const fs::path entry = entries().at(0);
  const fs::path same = root_ / "same";
  fs::create_hard_link(entry, same);
  compile(log);
  EXPECT_TRUE(fs::equivalent(entry, same));
  fs::resize_file(entry, fs::file_size(entry) / 2);
  compile(log);
  EXPECT_FALSE(fs::equivalent(entry, same));
  EXPECT_EQ(entries().size(), 1U);
  EXPECT_FALSE(log.contains("not usable"));
}

TEST_F(ModuleCacheTest, ARuntimeWithoutAUsableFolderWarnsAndCompiles) {
  std::ofstream(folder_) << "x";
  observe::MemoryLog log;
  compile(log);
  EXPECT_TRUE(log.contains("not kept on disk"));
  EXPECT_TRUE(log.contains("is no folder"));
  EXPECT_TRUE(fs::is_regular_file(folder_));
}

TEST_F(ModuleCacheTest, CodeOfAnotherEngineIsCompiledAnew) {
  observe::MemoryLog log;
  compile(log);
  auto cache = ModuleCache::open(folder_).value();
  const fs::path entry = entries().at(0);
  // The right hash over code that Wasmtime does not take.
  const std::string name = entry.stem().string();
  Digest key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::uint8_t>(std::stoul(name.substr(i * 2, 2), nullptr, 16));
  ASSERT_TRUE(cache->store(key, "not what it was").has_value());
  compile(log);
  EXPECT_TRUE(log.contains("not usable"));
}

TEST(Digest, TellsPartsApart) {
  const std::string_view one[] = {"ab", "c"}, two[] = {"a", "bc"};
  EXPECT_NE(digest_of(one), digest_of(two));
  EXPECT_EQ(digest_of(one), digest_of(one));
}

void make_older(const fs::path& file, std::chrono::hours by) {
  fs::last_write_time(file, fs::last_write_time(file) - by);
}

TEST_F(ModuleCacheTest, WhatWasNotUsedForLongGoes) {
  {
    auto cache = ModuleCache::open(folder_).value();
    for (std::uint8_t i = 0; i < 3; ++i) ASSERT_TRUE(cache->store(Digest{i}, "code").has_value());
  }
  for (const auto& file : entries()) make_older(file, std::chrono::hours(24 * 61));
  std::ofstream(folder_ / "new-abcdef") << "left behind";
  make_older(folder_ / "new-abcdef", std::chrono::hours(2));
  std::ofstream(folder_ / "new-ghijkl") << "being written";
  std::ofstream(folder_ / "notes.txt") << "somebody's own";
  make_older(folder_ / "notes.txt", std::chrono::hours(24 * 1000));
  auto cache = ModuleCache::open(folder_).value();
  EXPECT_TRUE(cache->find(Digest{1}).has_value());  // counts as used now
  ASSERT_TRUE(cache->store(Digest{9}, "code").has_value());
  EXPECT_FALSE(cache->find(Digest{0}).has_value());
  EXPECT_TRUE(cache->find(Digest{1}).has_value());
  EXPECT_FALSE(cache->find(Digest{2}).has_value());
  EXPECT_TRUE(cache->find(Digest{9}).has_value());
  EXPECT_FALSE(fs::exists(folder_ / "new-abcdef"));
  EXPECT_TRUE(fs::exists(folder_ / "new-ghijkl"));
  EXPECT_TRUE(fs::exists(folder_ / "notes.txt"));
}

TEST_F(ModuleCacheTest, PastItsBytesTheOldestGo) {
  {
    auto cache = ModuleCache::open(folder_).value();
    for (std::uint8_t i = 0; i < 4; ++i) {
      ASSERT_TRUE(cache->store(Digest{i}, std::string(1000, 'x')).has_value());
      for (const auto& file : entries()) make_older(file, std::chrono::hours(1));
    }
  }
  auto cache = ModuleCache::open(folder_, {.bytes = 3500}).value();
  ASSERT_TRUE(cache->store(Digest{9}, std::string(1000, 'x')).has_value());
  EXPECT_FALSE(cache->find(Digest{0}).has_value());
  EXPECT_FALSE(cache->find(Digest{1}).has_value());
  EXPECT_TRUE(cache->find(Digest{2}).has_value());
  EXPECT_TRUE(cache->find(Digest{3}).has_value());
  // The one that was stored stays, however large.
  auto tiny = ModuleCache::open(folder_, {.bytes = 1}).value();
  ASSERT_TRUE(tiny->store(Digest{10}, "code").has_value());
  EXPECT_TRUE(tiny->find(Digest{10}).has_value());
  EXPECT_EQ(entries().size(), 1u);
}

}  // namespace
}  // namespace wws::wasm
