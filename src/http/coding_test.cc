#include "http/coding.h"

#include <gtest/gtest.h>

namespace wws::http {
namespace {

constexpr Coding kAll[] = {Coding::Brotli, Coding::Zstd, Coding::Gzip};

Coding chosen(std::initializer_list<std::string> fields) {
  Headers headers;
  for (const std::string& field : fields) headers.add("accept-encoding", field);
  return choose_coding({headers.begin(), headers.end()}, kAll);
}

TEST(ChooseCoding, TakesWhatIsWantedMostThenWhatWeLikeMost) {
  EXPECT_EQ(chosen({}), Coding::Identity);
  EXPECT_EQ(chosen({""}), Coding::Identity);
  EXPECT_EQ(chosen({"gzip, deflate, br, zstd"}), Coding::Brotli);
  EXPECT_EQ(chosen({"gzip, zstd"}), Coding::Zstd);
  EXPECT_EQ(chosen({"GZIP"}), Coding::Gzip);
  EXPECT_EQ(chosen({"x-gzip"}), Coding::Gzip);
  EXPECT_EQ(chosen({"br;q=0.5, gzip;q=0.8"}), Coding::Gzip);
  EXPECT_EQ(chosen({"br ; q=0.001", "gzip;q=0"}), Coding::Brotli);
  EXPECT_EQ(chosen({"*"}), Coding::Brotli);
  EXPECT_EQ(chosen({"*;q=0.1, gzip"}), Coding::Gzip);
  EXPECT_EQ(chosen({"br;q=0, *"}), Coding::Zstd);
}

TEST(ChooseCoding, SendsPlainWhatNobodyWantsCoded) {
  EXPECT_EQ(chosen({"gzip;q=0, br;q=0, zstd;q=0.000"}), Coding::Identity);
  EXPECT_EQ(chosen({"identity, gzip;q=0.5"}), Coding::Identity);
  EXPECT_EQ(chosen({"identity;q=0.5, gzip;q=0.5"}), Coding::Gzip);
  EXPECT_EQ(chosen({"deflate, compress"}), Coding::Identity);
  EXPECT_EQ(chosen({"identity;q=0"}), Coding::Identity);
}

TEST(ChooseCoding, PassesOverWhatIsMalformed) {
  for (const char* bad : {"gzip;q=2", "gzip;q=", "gzip;q=-1", "gzip;q=0.1234", "gzip;q=1.001",
                          "gzip;q=0,5", ";q=1", ",,,", "gz ip", "gzip;q=1x"})
    EXPECT_EQ(chosen({bad}), Coding::Identity) << bad;
  EXPECT_EQ(chosen({"gzip;level=9;q=1"}), Coding::Gzip);
}

TEST(IsCompressible, KnowsText) {
  for (const char* type : {"text/html; charset=utf-8", "TEXT/PLAIN", "application/json",
                           "image/svg+xml", "application/ld+json", "application/wasm"})
    EXPECT_TRUE(is_compressible(type)) << type;
  for (const char* type : {"text/event-stream", "Text/Event-Stream; charset=utf-8", "image/png",
                           "application/zip", "font/woff2", "", ";", "application/octet-stream"})
    EXPECT_FALSE(is_compressible(type)) << type;
}

TEST(MayEncode, LeavesAloneWhatIsNotWholeOrCodedOrForbidden) {
  RequestHead request;
  request.method = "GET";
  ResponseHead response;
  response.headers.add("Content-Type", "text/plain");
  EXPECT_TRUE(may_encode(request, response));
  const auto with = [&](std::string name, std::string value) {
    ResponseHead changed = response;
    changed.headers.add(std::move(name), std::move(value));
    return may_encode(request, changed);
  };
  EXPECT_FALSE(with("Content-Encoding", "gzip"));
  EXPECT_FALSE(with("Content-Range", "bytes 0-1/2"));
  EXPECT_FALSE(with("Cache-Control", "private, no-transform"));
  for (const int status : {204, 206, 304}) {
    ResponseHead changed = response;
    changed.status = status;
    EXPECT_FALSE(may_encode(request, changed)) << status;
  }
  request.method = "HEAD";
  EXPECT_FALSE(may_encode(request, response));
}

TEST(MarkEncoded, WeakensTheTagAndOffersNoRanges) {
  Headers headers;
  headers.add("ETag", "\"abc\"");
  headers.add("Accept-Ranges", "bytes");
  headers.add("Vary", "Origin");
  vary_by_coding(headers);
  vary_by_coding(headers);
  mark_encoded(headers, Coding::Gzip);
  EXPECT_EQ(headers.find("etag"), "W/\"abc\"");
  EXPECT_EQ(headers.find("content-encoding"), "gzip");
  EXPECT_FALSE(headers.contains("accept-ranges"));
  EXPECT_TRUE(headers.has_token("vary", "accept-encoding"));
  EXPECT_EQ(headers.size(), 4u);
  headers.set("ETag", "W/\"abc\"");
  mark_encoded(headers, Coding::Gzip);
  EXPECT_EQ(headers.find("etag"), "W/\"abc\"");
}

}  // namespace
}  // namespace wws::http
