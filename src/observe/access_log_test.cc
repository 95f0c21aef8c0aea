#include "observe/access_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace wws::observe {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

AccessRecord sample() {
  AccessRecord record;
  record.time = std::chrono::seconds(971'211'336) + std::chrono::milliseconds(7);
  record.took = std::chrono::microseconds(1'500);
  record.remote = "127.0.0.1";
  record.method = "GET";
  record.target = "/a?b=c";
  record.protocol = "HTTP/1.1";
  record.status = 200;
  record.bytes = 2326;
  return record;
}

TEST(AccessLine, CombinedIsAsApacheWritesIt) {
  AccessRecord record = sample();
  EXPECT_EQ(
      format_access(record, AccessFormat::Combined),
      "127.0.0.1 - - [10/Oct/2000:20:55:36 +0000] \"GET /a?b=c HTTP/1.1\" 200 2326 \"-\" \"-\"");
  record.referer = "http://a.example/";
  record.user_agent = "a \"quoted\" \\ agent\n\x1b[2J\xc3\xa9";
  EXPECT_THAT(
      format_access(record, AccessFormat::Combined),
      HasSubstr("\"http://a.example/\" \"a \\\"quoted\\\" \\\\ agent\\x0a\\x1b[2J\\xc3\\xa9\""));
}

TEST(AccessLine, JsonHasTheWorkerAndTheTime) {
  AccessRecord record = sample();
  record.worker = "a.js";
  record.user_agent = "x\"\n\xff";
  EXPECT_EQ(format_access(record, AccessFormat::Json),
            "{\"time\":\"2000-10-10T20:55:36.007Z\",\"remote\":\"127.0.0.1\",\"method\":\"GET\","
            "\"target\":\"/a?b=c\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"bytes\":2326,"
            "\"seconds\":0.001500,\"worker\":\"a.js\",\"user_agent\":\"x\\\"\\n\xef\xbf\xbd\"}");
}

TEST(AccessLine, JsonNamesTheRequestAndItsTrace) {
  AccessRecord record = sample();
  record.request_id = "a1";
  EXPECT_THAT(format_access(record, AccessFormat::Json),
              testing::EndsWith(",\"seconds\":0.001500,\"request_id\":\"a1\"}"));
  record.trace_id = "a1";
  EXPECT_THAT(format_access(record, AccessFormat::Json), testing::Not(HasSubstr("trace_id")));
  record.trace_id = "b2";
  EXPECT_THAT(format_access(record, AccessFormat::Json),
              HasSubstr("\"request_id\":\"a1\",\"trace_id\":\"b2\""));
  EXPECT_THAT(format_access(record, AccessFormat::Combined), testing::Not(HasSubstr("a1")));
}

TEST(AccessLine, WhoLeftBeforeTheAnswerIs499) {
  AccessRecord record = sample();
  record.status = 0;
  EXPECT_THAT(format_access(record, AccessFormat::Combined), HasSubstr(" 499 "));
}

TEST(AccessLine, EachHasItsOwnSecond) {
  for (const auto format : {AccessFormat::Combined, AccessFormat::Json}) {
    AccessLines lines(format);
    AccessRecord record = sample();
    for (const int step : {0, 1, 0, -86'400}) {
      record.time += std::chrono::seconds(step);
      std::string line;
      lines.append(record, line);
      EXPECT_EQ(line, format_access(record, format));
    }
  }
}

class AccessLogTest : public testing::Test {
 protected:
  AccessLogTest() {
    std::string pattern = (fs::temp_directory_path() / "wws-access-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~AccessLogTest() override { fs::remove_all(folder_); }

  std::string file() const { return (folder_ / "access.log").string(); }
  static std::size_t lines_of(const fs::path& path) {
    std::ifstream in(path);
    std::string line;
    std::size_t count = 0;
    while (std::getline(in, line)) ++count;
    return count;
  }

  fs::path folder_;
  MemoryLog log_;
};

TEST_F(AccessLogTest, WritesWhatIsLeftAtItsEndAndAppends) {
  for (int i = 0; i < 2; ++i) {
    auto access = AccessLog::open(file(), AccessFormat::Combined, log_).value();
    auto& one = access->add_buffer();
    auto& other = access->add_buffer();
    one.add(sample());
    other.add(sample());
  }
  EXPECT_EQ(lines_of(file()), 4u);
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(AccessLogTest, FollowsAFileThatWasMovedAway) {
  auto access = AccessLog::open(file(), AccessFormat::Combined, log_).value();
  auto& buffer = access->add_buffer();
  buffer.add(sample());
  access->flush();
  fs::rename(file(), file() + ".1");
  buffer.add(sample());
  access->flush();
  EXPECT_EQ(lines_of(file() + ".1"), 1u);
  EXPECT_EQ(lines_of(file()), 1u);
}

TEST_F(AccessLogTest, AFileThatCannotBeOpenedIsNamed) {
  const auto opened = AccessLog::open((folder_ / "no" / "such").string(), AccessFormat::Json, log_);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), HasSubstr("/no/such cannot be opened: No such file"));
}

TEST_F(AccessLogTest, AFullDiskLosesLinesAndNothingElse) {
  auto access = AccessLog::open("/dev/full", AccessFormat::Combined, log_).value();
  auto& buffer = access->add_buffer();
  buffer.add(sample());
  access->flush();
  buffer.add(sample());
  access->flush();
  EXPECT_EQ(log_.records().size(), 1u);
  EXPECT_TRUE(log_.contains("/dev/full cannot be written, lines are lost"));
}

TEST_F(AccessLogTest, AFileThatCannotBeMadeAnewIsSaidOnceAndTheOldOneGoesOn) {
  auto access = AccessLog::open(file(), AccessFormat::Combined, log_).value();
  auto& buffer = access->add_buffer();
  fs::rename(file(), file() + ".1");
  fs::create_directory(file());
  for (int i = 0; i < 2; ++i) {
    buffer.add(sample());
    access->flush();
  }
  EXPECT_EQ(lines_of(file() + ".1"), 2u);
  EXPECT_EQ(log_.records().size(), 1u);
  EXPECT_TRUE(log_.contains("access.log cannot be opened: Is a directory; it was moved away"));
  fs::remove(file());
  buffer.add(sample());
  access->flush();
  EXPECT_EQ(lines_of(file()), 1u);
  EXPECT_EQ(log_.records().size(), 1u);
}

// While it lives, files get no longer than this.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes) : before_action_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_action_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*before_action_)(int);
  rlimit before_{};
};

TEST_F(AccessLogTest, BehindATornLineALineOfItsOwnBegins) {
  const std::string whole = format_access(sample(), AccessFormat::Combined);
  auto access = AccessLog::open(file(), AccessFormat::Combined, log_).value();
  auto& buffer = access->add_buffer();
  {
    const FileSizeLimit limit(whole.size() + 1 + 10);
    buffer.add(sample());
    buffer.add(sample());
    access->flush();
  }
  buffer.add(sample());
  access->flush();
  std::ifstream in(file());
  const std::string text(std::istreambuf_iterator<char>(in), {});
  EXPECT_EQ(text, whole + "\n" + whole.substr(0, 10) + "\n" + whole + "\n");
  EXPECT_TRUE(log_.contains("cannot be written, lines are lost"));
}

// Of all records that say so.
std::size_t dropped_lines(const MemoryLog& log) {
  std::size_t count = 0;
  const std::string before = "the access log is too slow: ";
  for (const auto& record : log.records())
    if (record.text.starts_with(before)) count += std::stoul(record.text.substr(before.size()));
  return count;
}

TEST_F(AccessLogTest, LinesThatTheDiskDoesNotTakeAreDroppedAndCounted) {
  // A pipe that nobody reads is a disk that stands still.
  ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
  const int reader = ::open(file().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  auto access = AccessLog::open(file(), AccessFormat::Combined, log_).value();
  auto& buffer = access->add_buffer();
  AccessRecord record = sample();
  const std::string target(4000, 't');
  record.target = target;
  const std::size_t added = 3 * AccessLog::kMostBuffered / target.size();
  for (std::size_t i = 0; i < added; ++i) buffer.add(record);

  fcntl(reader, F_SETFL, 0);
  std::size_t written = 0;
  std::jthread reading([&] {
    std::string piece(64 * 1024, '\0');
    for (ssize_t got; (got = ::read(reader, piece.data(), piece.size())) > 0;)
      written += static_cast<std::size_t>(
          std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
  });
  access.reset();
  reading.join();
  ::close(reader);
  EXPECT_GT(dropped_lines(log_), 0u);
  EXPECT_EQ(dropped_lines(log_) + written, added);
}

}  // namespace
}  // namespace wws::observe
