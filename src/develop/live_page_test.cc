#include "develop/live_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "http/memory_exchange.h"

namespace wws::develop {
namespace {

using http::MemoryExchange;
using testing::HasSubstr;

constexpr char kScript[] = "<script src=\"/_wws/dev.js?v=7\"></script>";

enum class Way { Whole, Streamed };

// What a client gets when a worker answers `body` as `type`.
std::unique_ptr<MemoryExchange> answer(MemoryExchange::Request request, http::ResponseHead head,
                                       std::string body, Way way = Way::Whole) {
  auto inner = std::make_unique<MemoryExchange>(std::move(request));
  boost::asio::io_context loop;
  const auto run = [](MemoryExchange& exchange, http::ResponseHead with, std::string text,
                      Way how) -> Task<void> {
    LivePage page(exchange, "7");
    if (how == Way::Whole) {
      co_await page.respond(std::move(with), std::move(text));
      co_return;
    }
    co_await page.start(std::move(with), text.size());
    co_await page.write(text);
    co_await page.finish();
  };
  boost::asio::co_spawn(loop, run(*inner, std::move(head), std::move(body), way),
                        [](std::exception_ptr error) { EXPECT_FALSE(error); });
  loop.run();
  return inner;
}

MemoryExchange::Request browser(std::string method = "GET") {
  MemoryExchange::Request request;
  request.method = std::move(method);
  request.headers.add("accept", "text/html,application/xhtml+xml");
  return request;
}

http::ResponseHead page(int status = 200, std::string type = "text/html; charset=utf-8") {
  http::ResponseHead head;
  head.status = status;
  head.headers.add("content-type", std::move(type));
  return head;
}

TEST(LivePage, APageGetsTheScriptAndNoCacheKeepsIt) {
  for (const Way way : {Way::Whole, Way::Streamed}) {
    auto head = page();
    head.headers.add("etag", "\"1\"");
    const auto sent = answer(browser(), std::move(head), "<p>hello", way);
    EXPECT_THAT(sent->body(), HasSubstr(kScript));
    EXPECT_EQ(sent->head().headers.find("cache-control"), "no-store");
    EXPECT_FALSE(sent->head().headers.contains("etag"));
  }
}

TEST(LivePage, WhatIsNoPageStaysAsItIs) {
  EXPECT_EQ(answer(browser(), page(200, "application/json"), "{}")->body(), "{}");
  EXPECT_EQ(answer(browser(), page(200, "text/htmlx"), "x")->body(), "x");
  EXPECT_EQ(answer(browser(), page(206), "x")->body(), "x");
  EXPECT_EQ(answer(browser(), page(304), "")->body(), "");
  EXPECT_EQ(answer(browser("HEAD"), page(), "x")->body(), "x");
  EXPECT_EQ(answer({}, page(), "x")->body(), "x");
  auto encoded = page();
  encoded.headers.add("content-encoding", "gzip");
  EXPECT_EQ(answer(browser(), std::move(encoded), "x")->body(), "x");
  auto fetched = browser();
  fetched.headers.add("sec-fetch-dest", "empty");
  EXPECT_EQ(answer(std::move(fetched), page(), "x")->body(), "x");
}

TEST(LivePage, ABrowsersConditionsAreNotAsked) {
  auto request = browser();
  request.headers.add("if-none-match", "\"1\"");
  request.headers.add("x-other", "1");
  MemoryExchange inner(std::move(request));
  const LivePage page(inner, "7");
  EXPECT_FALSE(page.request().headers.contains("if-none-match"));
  EXPECT_TRUE(page.request().headers.contains("x-other"));
}

}  // namespace
}  // namespace wws::develop
