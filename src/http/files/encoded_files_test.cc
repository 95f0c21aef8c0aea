#include "http/files/encoded_files.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

using State = EncodedFiles::State;

std::shared_ptr<const std::string> bytes(std::size_t size) {
  return std::make_shared<const std::string>(size, 'x');
}

TEST(EncodedFiles, GivesWhatWasMadeForThatStateOfTheFile) {
  EncodedFiles files;
  const EncodeJob job{"a.css", Coding::Gzip, 7};
  EXPECT_EQ(files.find(job).state, State::Missing);
  EXPECT_TRUE(files.begin(job));
  EXPECT_FALSE(files.begin(job));
  EXPECT_EQ(files.find(job).state, State::UnderWay);
  files.put(job, bytes(10));
  EXPECT_EQ(files.find(job).state, State::Ready);
  EXPECT_EQ(files.find(job).bytes->size(), 10u);
  EXPECT_EQ(files.find({"a.css", Coding::Brotli, 7}).state, State::Missing);
  const EncodeJob changed{"a.css", Coding::Gzip, 8};
  EXPECT_EQ(files.find(changed).state, State::Missing);
  EXPECT_TRUE(files.begin(changed));
  files.put(changed, nullptr);
  EXPECT_EQ(files.find(changed).state, State::Useless);
}

TEST(EncodedFiles, DropsTheLeastRecentlyUsedOverItsBudget) {
  EncodedFiles files(100'000);
  const EncodeJob a{"a", Coding::Gzip, 1}, b{"b", Coding::Gzip, 1}, c{"c", Coding::Gzip, 1};
  for (const auto& job : {a, b}) {
    ASSERT_TRUE(files.begin(job));
    files.put(job, bytes(45'000));
  }
  EXPECT_EQ(files.find(a).state, State::Ready);
  ASSERT_TRUE(files.begin(c));
  files.put(c, bytes(45'000));
  EXPECT_EQ(files.find(b).state, State::Missing);
  EXPECT_EQ(files.find(a).state, State::Ready);
  EXPECT_EQ(files.find(c).state, State::Ready);
  // One that is over the budget alone is not kept.
  ASSERT_TRUE(files.begin(b));
  files.put(b, bytes(200'000));
  EXPECT_EQ(files.find(b).state, State::Missing);
}

TEST(EncodedFiles, EntriesWithoutBytesCountToo) {
  EncodedFiles files(10'000);
  for (int i = 0; i < 1000; ++i) {
    const EncodeJob job{std::to_string(i), Coding::Gzip, 1};
    ASSERT_TRUE(files.begin(job));
    files.put(job, nullptr);
  }
  EXPECT_EQ(files.find({"0", Coding::Gzip, 1}).state, State::Missing);
  EXPECT_EQ(files.find({"999", Coding::Gzip, 1}).state, State::Useless);
}

TEST(EncodeWhole, MakesTextSmallerInEachCoding) {
  const std::string text(100'000, 'a');
  for (const Coding coding : {Coding::Gzip, Coding::Zstd, Coding::Brotli}) {
    const auto encoded = encode_whole(text, coding);
    ASSERT_TRUE(encoded);
    EXPECT_LT(encoded->size(), 2000u);
  }
}

}  // namespace
}  // namespace wws::http
