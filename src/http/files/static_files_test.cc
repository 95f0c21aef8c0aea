#include "http/files/static_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/files/test_folder.h"

namespace wws::http {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::int64_t kModified = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr const char* kModifiedText = "Sun, 06 Nov 1994 08:49:37 GMT";

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() : clock_(std::chrono::seconds(kModified + 3'600)) {
    write("index.html", "<root>");
    write("main.css", "0123456789");
    auto opened = StaticFiles::open(folder_.path(), clock_);
    if (opened) files_ = *std::move(opened);
  }
  void SetUp() override { ASSERT_TRUE(files_); }

  void write(const std::string& relative, std::string_view text) {
    folder_.write(relative, text);
    set_modified(relative, kModified);
  }
  void set_modified(const std::string& relative, std::int64_t seconds, long nanoseconds = 0) {
    const timespec times[2] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
    ASSERT_EQ(utimensat(AT_FDCWD, (folder_.path() / relative).c_str(), times, 0), 0);
  }
  std::optional<FileResponse> ask(std::string_view method, std::string_view path,
                                  const std::vector<Header>& headers = {}) {
    auto response = files_->find({method, path, headers});
    EXPECT_TRUE(response);
    return response ? *std::move(response) : std::nullopt;
  }
  FileResponse get(std::string_view path, const std::vector<Header>& headers = {}) {
    auto response = ask("GET", path, headers);
    EXPECT_TRUE(response) << path;
    return response ? *std::move(response) : FileResponse{};
  }

  TestFolder folder_;
  io::ManualClock clock_;
  std::unique_ptr<StaticFiles> files_;
};

std::string header(const FileResponse& response, std::string_view name) {
  std::string value;
  for (const Header& field : response.headers)
    if (field.name == name) value += field.value;
  return value;
}

// Read in small bites, so that pieces are taken up again.
std::string body(const FileResponse& response) {
  std::string all;
  for (const FilePiece& piece : response.body.pieces) {
    for (std::uint64_t done = 0;;) {
      const auto bytes = read_piece(response.body, piece, done, 3);
      EXPECT_TRUE(bytes);
      if (!bytes || bytes->empty()) break;
      done += bytes->size();
      all += *bytes;
    }
  }
  return all;
}

TEST_F(StaticFilesTest, ServesAFileWithAllItsHeaders) {
  const FileResponse response = get("/main.css");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.length, 10u);
  EXPECT_EQ(body(response), "0123456789");
  EXPECT_EQ(header(response, "Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(header(response, "Last-Modified"), kModifiedText);
  EXPECT_EQ(header(response, "Accept-Ranges"), "bytes");
  EXPECT_THAT(header(response, "ETag"), MatchesRegex("\"[0-9a-f]{16}\""));
}

const std::vector<Header> kAllCodings = {{"Accept-Encoding", "gzip, deflate, br, zstd"}};

TEST_F(StaticFilesTest, ANeighbourIsSentInTheCodingThatIsWantedMost) {
  write("app.js", "plain");
  write("app.js.br", "brotli");
  write("app.js.gz", "gzip");
  const FileResponse response = get("/app.js", kAllCodings);
  EXPECT_EQ(body(response), "brotli");
  EXPECT_EQ(header(response, "Content-Encoding"), "br");
  EXPECT_EQ(header(response, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  EXPECT_FALSE(response.wanted);
  EXPECT_EQ(body(get("/app.js", {{"Accept-Encoding", "zstd, gzip;q=0.1"}})), "gzip");
  const FileResponse plain = get("/app.js");
  EXPECT_EQ(body(plain), "plain");
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_NE(header(plain, "ETag"), header(response, "ETag"));
  EXPECT_EQ(
      ask("GET", "/app.js", {kAllCodings[0], {"If-None-Match", header(response, "ETag")}})->status,
      304);
  EXPECT_EQ(body(get("/app.js.br")), "brotli");
}

TEST_F(StaticFilesTest, EncodesAFileOnceForAllWhoWantIt) {
  write("big.css", std::string(20'000, 'x'));
  const FileResponse first = get("/big.css", kAllCodings);
  ASSERT_TRUE(first.wanted);
  EXPECT_EQ(first.length, 20'000u);
  files_->encode(*first.wanted);
  const FileResponse second = get("/big.css", kAllCodings);
  EXPECT_FALSE(second.wanted);
  EXPECT_EQ(header(second, "Content-Encoding"), "br");
  EXPECT_LT(*second.length, 1'000u);
  EXPECT_NE(header(second, "ETag"), header(first, "ETag"));
  // A range is of the coding's bytes.
  const FileResponse range = get("/big.css", {kAllCodings[0], {"Range", "bytes=1-2"}});
  EXPECT_EQ(range.status, 206);
  EXPECT_EQ(body(range), body(second).substr(1, 2));
  EXPECT_EQ(header(range, "Content-Encoding"), "br");
  // Changed, it is wanted again.
  write("big.css", std::string(30'000, 'y'));
  EXPECT_TRUE(get("/big.css", kAllCodings).wanted);
}

TEST_F(StaticFilesTest, WantsNoCodingOfWhatIsSmallOrNoTextOrDoesNotShrink) {
  write("small.css", std::string(1'000, 'x'));
  write("image.png", std::string(20'000, 'x'));
  std::string noise;
  for (std::uint32_t i = 1; noise.size() < 3'000; i = i * 1'664'525 + 1'013'904'223)
    noise += static_cast<char>(i >> 24);
  write("noise.txt", noise);
  EXPECT_FALSE(get("/small.css", kAllCodings).wanted);
  const FileResponse image = get("/image.png", kAllCodings);
  EXPECT_FALSE(image.wanted);
  EXPECT_EQ(header(image, "Vary"), "");
  const FileResponse first = get("/noise.txt", kAllCodings);
  ASSERT_TRUE(first.wanted);
  files_->encode(*first.wanted);
  const FileResponse second = get("/noise.txt", kAllCodings);
  EXPECT_FALSE(second.wanted);
  EXPECT_EQ(header(second, "Content-Encoding"), "");
}

TEST_F(StaticFilesTest, WithoutCodingFilesAreSentAsTheyAre) {
  write("app.js", std::string(20'000, 'x'));
  write("app.js.gz", "gzip");
  files_ = StaticFiles::open(folder_.path(), clock_, FileCoding::Off).value();
  const FileResponse response = get("/app.js", kAllCodings);
  EXPECT_EQ(response.length, 20'000u);
  EXPECT_FALSE(response.wanted);
  EXPECT_EQ(header(response, "Vary"), "");
}

TEST_F(StaticFilesTest, WhatIsNamedByItsContentMayBeKeptForEver) {
  write("app.3f2a9c1b.js", "x");
  EXPECT_EQ(header(get("/app.3f2a9c1b.js"), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(header(get("/main.css"), "Cache-Control"), "");
}

TEST_F(StaticFilesTest, TheRulesOfTheSiteAreReadAndNotServed) {
  write("_headers", "rules");
  write("sub/_headers", "a page of this name");
  EXPECT_FALSE(ask("GET", "/_headers"));
  EXPECT_FALSE(ask("GET", "/%5fheaders"));
  EXPECT_EQ(body(get("/sub/_headers")), "a page of this name");
  EXPECT_EQ(files_->read_rules("_headers"), "rules");
  EXPECT_EQ(files_->read_rules("_redirects").error().kind(), ErrorKind::NotFound);
  write("_redirects", std::string(StaticFiles::kMostRules + 1, 'x'));
  EXPECT_EQ(files_->read_rules("_redirects").error().kind(), ErrorKind::Exhausted);
}

TEST_F(StaticFilesTest, FindsPages) {
  write("docs/index.html", "docs");
  write("about.html", "about");
  write("both.html", "page");
  write("both/index.html", "folder");
  write("bare/x.txt", "x");
  write("bare.html", "beside");
  EXPECT_EQ(body(get("/")), "<root>");
  EXPECT_EQ(body(get("")), "<root>");
  for (const char* path : {"/docs", "/docs/", "//docs//", "/docs/index.html", "/docs/index"})
    EXPECT_EQ(body(get(path)), "docs") << path;
  EXPECT_EQ(body(get("/about")), "about");
  EXPECT_EQ(header(get("/about"), "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(body(get("/both")), "folder");
  EXPECT_EQ(body(get("/bare")), "beside");
}

TEST_F(StaticFilesTest, DecodesNames) {
  write("caf\xc3\xa9/my file.txt", "x");
  EXPECT_EQ(body(get("/caf%C3%A9/my%20file.txt")), "x");
  write("caf\xe9.txt", "latin 1");
  EXPECT_EQ(body(get("/caf%E9.txt")), "latin 1");
}

TEST_F(StaticFilesTest, HasNothingForOtherPaths) {
  write(".env", "secret");
  write("a/.hidden.html", "secret");
  fs::create_directory(folder_.path() / "empty");
  fs::create_symlink("/etc/passwd", folder_.path() / "passwd");
  ASSERT_EQ(mkfifo((folder_.path() / "pipe").c_str(), 0600), 0);
  for (const char* path :
       {"/missing", "/.env", "/a/.hidden", "/empty", "/passwd", "/pipe", "/../x", "/%2e%2e/x",
        "/a%2f.hidden.html", "/main.css/x", "/MAIN.css", "/%ff", "*"})
    EXPECT_FALSE(ask("GET", path)) << path;
  write(".well-known/acme", "token");
  EXPECT_EQ(body(get("/.well-known/acme")), "token");
}

TEST_F(StaticFilesTest, AnswersHeadLikeGetWithoutABody) {
  const auto response = ask("HEAD", "/main.css", {{"Range", "bytes=0-1"}});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->length, 10u);
  EXPECT_TRUE(response->body.pieces.empty());
  EXPECT_EQ(response->body.file, nullptr);
  EXPECT_EQ(header(*response, "Content-Type"), "text/css; charset=utf-8");
}

TEST_F(StaticFilesTest, RefusesOtherMethods) {
  for (const char* method : {"POST", "DELETE", "OPTIONS", "get", ""}) {
    const auto response = ask(method, "/main.css", {{"If-Match", "\"x\""}});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 405) << method;
    EXPECT_EQ(header(*response, "Allow"), "GET, HEAD");
    EXPECT_EQ(body(*response), "Request did not meet this resource's requirements.");
    EXPECT_EQ(response->length, 50u);
  }
  EXPECT_FALSE(ask("POST", "/missing"));
}

TEST_F(StaticFilesTest, GivesAnotherTagToEveryState) {
  const std::string first = header(get("/main.css"), "ETag");
  EXPECT_EQ(header(get("/main.css"), "ETag"), first);
  set_modified("main.css", kModified, 1);
  const std::string later = header(get("/main.css"), "ETag");
  EXPECT_NE(later, first);
  write("main.css", "0123456789a");
  EXPECT_NE(header(get("/main.css"), "ETag"), first);
  folder_.write("copy.css", "0123456789");
  set_modified("copy.css", kModified);
  EXPECT_EQ(header(get("/copy.css"), "ETag"), first);
}

TEST_F(StaticFilesTest, DoesNotTellATimeAhead) {
  set_modified("main.css", kModified + 7'200);
  EXPECT_EQ(header(get("/main.css"), "Last-Modified"), "Sun, 06 Nov 1994 09:49:37 GMT");
}

TEST_F(StaticFilesTest, AnswersConditions) {
  const std::string etag = header(get("/main.css"), "ETag");
  const FileResponse fresh = get("/main.css", {{"If-None-Match", etag}, {"Range", "bytes=0-1"}});
  EXPECT_EQ(fresh.status, 304);
  EXPECT_EQ(fresh.length, std::nullopt);
  EXPECT_EQ(header(fresh, "ETag"), etag);
  EXPECT_TRUE(fresh.body.pieces.empty());
  EXPECT_EQ(get("/main.css", {{"If-Modified-Since", kModifiedText}}).status, 304);
  EXPECT_EQ(ask("HEAD", "/main.css", {{"If-None-Match", "*"}})->status, 304);
  EXPECT_EQ(get("/main.css", {{"If-None-Match", "\"other\""}}).status, 200);
  const FileResponse failed = get("/main.css", {{"If-Match", "\"other\""}});
  EXPECT_EQ(failed.status, 412);
  EXPECT_EQ(failed.length, 0u);
  EXPECT_TRUE(failed.body.pieces.empty());
  EXPECT_EQ(get("/main.css", {{"If-Match", etag}}).status, 200);
}

TEST_F(StaticFilesTest, SendsOneRange) {
  const FileResponse response = get("/main.css", {{"Range", "bytes=2-5"}});
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(header(response, "Content-Range"), "bytes 2-5/10");
  EXPECT_EQ(header(response, "Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(response.length, 4u);
  EXPECT_EQ(body(response), "2345");
  EXPECT_EQ(body(get("/main.css", {{"Range", "bytes=-1"}})), "9");
  EXPECT_EQ(body(get("/main.css", {{"Range", "bytes=20-,7-"}})), "789");
}

TEST_F(StaticFilesTest, SendsSeveralRanges) {
  const FileResponse response = get("/main.css", {{"Range", "bytes=7-8,0-1"}});
  EXPECT_EQ(response.status, 206);
  EXPECT_EQ(header(response, "Content-Range"), "");
  const std::string type = header(response, "Content-Type");
  const std::string lead = "multipart/byteranges; boundary=";
  ASSERT_TRUE(type.starts_with(lead));
  const std::string boundary = type.substr(lead.size());
  EXPECT_EQ(body(response), "--" + boundary +
                                "\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes "
                                "7-8/10\r\n\r\n78\r\n--" +
                                boundary +
                                "\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes "
                                "0-1/10\r\n\r\n01\r\n--" +
                                boundary + "--\r\n");
  EXPECT_EQ(response.length, body(response).size());
}

TEST_F(StaticFilesTest, SaysThatARangeIsNotThere) {
  const FileResponse response = get("/main.css", {{"Range", "bytes=10-"}});
  EXPECT_EQ(response.status, 416);
  EXPECT_EQ(header(response, "Content-Range"), "bytes */10");
  EXPECT_EQ(header(response, "Content-Type"), "");
  EXPECT_EQ(response.length, 0u);
  EXPECT_TRUE(body(response).empty());
}

TEST_F(StaticFilesTest, SendsTheWholeWhenTheRangeDoesNotCount) {
  const std::string etag = header(get("/main.css"), "ETag");
  EXPECT_EQ(get("/main.css", {{"Range", "lines=1-2"}}).status, 200);
  EXPECT_EQ(get("/main.css", {{"Range", "bytes=0-1"}, {"Range", "bytes=3-4"}}).status, 200);
  EXPECT_EQ(get("/main.css", {{"Range", "bytes=0-1"}, {"If-Range", "\"old\""}}).status, 200);
  EXPECT_EQ(get("/main.css", {{"Range", "bytes=99-"}, {"If-Range", "\"old\""}}).status, 200);
  EXPECT_EQ(get("/main.css", {{"Range", "bytes=0-1"}, {"If-Range", etag}}).status, 206);
  EXPECT_EQ(get("/main.css", {{"Range", "bytes=0-1"}, {"If-Range", kModifiedText}}).status, 206);
}

TEST_F(StaticFilesTest, ServesAnEmptyFile) {
  write("empty.txt", "");
  for (const auto& headers : {std::vector<Header>{}, std::vector<Header>{{"Range", "bytes=0-"}},
                              std::vector<Header>{{"Range", "bytes=-1"}}}) {
    const FileResponse response = get("/empty.txt", headers);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.length, 0u);
    EXPECT_EQ(body(response), "");
  }
}

TEST_F(StaticFilesTest, AnswersNotFoundWithThePage) {
  const FileResponse bare = files_->not_found("GET");
  EXPECT_EQ(bare.status, 404);
  EXPECT_EQ(bare.length, 0u);
  write("404.html", "lost");
  const FileResponse page = files_->not_found("GET");
  EXPECT_EQ(page.status, 404);
  EXPECT_EQ(page.length, 4u);
  EXPECT_EQ(body(page), "lost");
  EXPECT_EQ(header(page, "Content-Type"), "text/html; charset=utf-8");
  const FileResponse head = files_->not_found("HEAD");
  EXPECT_EQ(head.length, 4u);
  EXPECT_TRUE(head.body.pieces.empty());
  EXPECT_EQ(get("/404.html").status, 200);
}

TEST_F(StaticFilesTest, AnswersOutliveTheFile) {
  const FileResponse response = get("/main.css");
  fs::remove(folder_.path() / "main.css");
  EXPECT_EQ(body(response), "0123456789");
}

TEST_F(StaticFilesTest, ReadPieceSaysWhenTheFileBecameShorter) {
  const FileResponse response = get("/main.css");
  fs::resize_file(folder_.path() / "main.css", 4);
  const FilePiece& piece = response.body.pieces[0];
  EXPECT_EQ(read_piece(response.body, piece, 0, 100).value(), "0123");
  const auto rest = read_piece(response.body, piece, 4, 100);
  ASSERT_FALSE(rest);
  EXPECT_EQ(rest.error().kind(), ErrorKind::Gone);
}

TEST_F(StaticFilesTest, ReadPieceSaysWhenTheFileCannotBeRead) {
  const FileResponse response = get("/main.css");
  // A piece before the file's beginning, as a damaged body would have it.
  const FilePiece piece{"", ~std::uint64_t{0} - 100, 10};
  const auto bytes = read_piece(response.body, piece, 0, 10);
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().kind(), ErrorKind::Internal);
}

TEST_F(StaticFilesTest, TellsWantOfDescriptorsFromWantOfAFile) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  // The undefined-behaviour sanitizer needs descriptors when it meets a class first.
  (void)files_->find({"GET", "/nothing.css", {}});
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto response = files_->find({"GET", "/main.css", {}});
  const FileResponse missing = files_->not_found("GET");
  setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Exhausted);
  EXPECT_EQ(missing.status, 404);
}

TEST(StaticFiles, FailsWithoutAFolder) {
  const io::ManualClock clock;
  const auto files = StaticFiles::open("/nonexistent/public", clock);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().kind(), ErrorKind::NotFound);
}

}  // namespace
}  // namespace wws::http
