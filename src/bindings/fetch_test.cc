#include "bindings/fetch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/client/fake_upstream.h"

namespace wws::bindings {
namespace {

using http::FakeUpstream;
using http::Peer;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Fetched {
  int status = 0;
  std::string url;
  bool redirected = false;
  std::string body;
};

Task<FetchResult<Fetched>> fetch_all(Fetcher& fetcher, FetchRequest request,
                                     const FetchPolicy& policy) {
  auto response = co_await fetcher.fetch(std::move(request), policy);
  if (!response) co_return std::unexpected<FetchError>(std::move(response).error());
  Fetched fetched{response->head.status, response->url, response->redirected, {}};
  while (true) {
    auto piece = co_await response->body->read();
    if (!piece) co_return std::unexpected<FetchError>(body_error(std::move(piece).error()));
    if (piece->empty()) co_return fetched;
    fetched.body += *piece;
  }
}

// Answers each path with the bytes written down for it.
struct Site {
  explicit Site(std::vector<std::pair<std::string, std::string>> site_pages)
      : pages(std::move(site_pages)), upstream([this](Peer& peer, int) {
          while (true) {
            const auto request = upstream.receive(peer);
            if (request.empty() || !peer.send(find(request))) return;
          }
        }) {}

  std::string find(const std::string& request) const {
    for (const auto& [path, answer] : pages)
      if (request.find(" " + path + " HTTP") != std::string::npos) return answer;
    return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  }
  [[nodiscard]] std::string url(std::string_view path) const {
    return fmt::format("http://localhost:{}{}", upstream.port(), path);
  }

  std::vector<std::pair<std::string, std::string>> pages;
  FakeUpstream upstream;
};

std::string redirect(int status, const std::string& to) {
  return fmt::format("HTTP/1.1 {} Moved\r\nLocation: {}\r\nContent-Length: 4\r\n\r\nmove", status,
                     to);
}
const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class FetchTest : public ::testing::Test {
 protected:
  FetchTest() : client_(http::make_client(loop_, {}).value()), fetcher_(*client_) {
    policy_.allowed_hosts = {"localhost"};
    policy_.allow_http = true;
    policy_.allow_private = true;
  }
  FetchResult<Fetched> fetch(FetchRequest request) {
    return http::await_on(loop_, fetch_all(fetcher_, std::move(request), policy_));
  }
  FetchResult<Fetched> get(const std::string& url) {
    FetchRequest request;
    request.url = url;
    return fetch(std::move(request));
  }
  void expect_refused(const FetchResult<Fetched>& result, FetchErrorKind kind,
                      const std::string& text) {
    ASSERT_FALSE(result);
    EXPECT_EQ(to_string(result.error().kind), to_string(kind));
    EXPECT_THAT(result.error().error.to_string(), HasSubstr(text));
  }

  boost::asio::io_context loop_;
  std::unique_ptr<http::Client> client_;
  Fetcher fetcher_;
  FetchPolicy policy_;
};

TEST_F(FetchTest, ReturnsWhatTheUpstreamAnswers) {
  Site site({{"/a?b", kOk}});
  const auto result = get(site.url("/a?b#c"));
  ASSERT_TRUE(result) << result.error().error.to_string();
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "hello");
  EXPECT_EQ(result->url, site.url("/a?b"));
  EXPECT_FALSE(result->redirected);
}

TEST_F(FetchTest, RefusesInTheWordsOfTheOriginal) {
  expect_refused(get("nonsense"), FetchErrorKind::InvalidRequest, "must be absolute");
  expect_refused(get("https://other.test/"), FetchErrorKind::NotAllowed,
                 "The host 'other.test' is not allowed for this worker. Please, update the worker "
                 "configuration.");
  policy_.allow_http = false;
  expect_refused(get("http://localhost/"), FetchErrorKind::NotAllowed,
                 "The URI must use HTTPS. You can allow http requests in the worker configuration");
  policy_.allowed_methods = {"POST"};
  expect_refused(get("https://localhost/"), FetchErrorKind::NotAllowed,
                 "The method 'GET' is not allowed for this worker. Please, update the "
                 "configuration.");
}

TEST_F(FetchTest, RefusesPortsOfOtherProtocols) {
  expect_refused(get("http://localhost:25/"), FetchErrorKind::NotAllowed, "port 25");
  expect_refused(get("http://localhost:6667/"), FetchErrorKind::NotAllowed, "port 6667");
}

TEST(Judge, MatchesHostsExactlyOrBelowAWildcard) {
  const auto allowed = [](std::vector<std::string> hosts, const std::string& url) {
    FetchPolicy policy;
    policy.allowed_hosts = std::move(hosts);
    return judge(parse_url(url).value(), "GET", policy).has_value();
  };
  EXPECT_TRUE(allowed({"API.example.com"}, "https://api.EXAMPLE.com:8443/"));
  EXPECT_TRUE(allowed({"*.example.com"}, "https://a.b.example.com/"));
  EXPECT_TRUE(allowed({"*"}, "https://anything.test/"));
  EXPECT_TRUE(allowed({"[2606:4700::1111]"}, "https://[2606:4700:0::1111]/"));
  EXPECT_FALSE(allowed({"*.example.com"}, "https://example.com/"));
  EXPECT_FALSE(allowed({"*.example.com"}, "https://badexample.com/"));
  EXPECT_FALSE(allowed({"example.com"}, "https://example.com.evil.test/"));
  EXPECT_FALSE(allowed({"example.com"}, "https://a.example.com/"));
  EXPECT_FALSE(allowed({}, "https://example.com/"));
}

TEST_F(FetchTest, RefusesPrivateAddressesBehindAnAllowedName) {
  Site site({{"/", kOk}});
  ASSERT_TRUE(get(site.url("/")));  // leaves a connection in the pool
  policy_.allow_private = false;
  policy_.allowed_hosts = {"*"};
  expect_refused(get(site.url("/")), FetchErrorKind::NotAllowed, "private address");
  expect_refused(get(fmt::format("http://127.0.0.1:{}/", site.upstream.port())),
                 FetchErrorKind::NotAllowed, "private address 127.0.0.1");
  expect_refused(get("http://[::ffff:127.0.0.1]/"), FetchErrorKind::NotAllowed, "private address");
  EXPECT_EQ(site.upstream.requests().size(), 1u);
}

TEST_F(FetchTest, FollowsRedirectsOnOneConnection) {
  Site site({{"/1", redirect(302, "/2")}, {"/2", redirect(307, "3?x")}, {"/3?x", kOk}});
  const auto result = get(site.url("/1"));
  ASSERT_TRUE(result) << result.error().error.to_string();
  EXPECT_EQ(result->body, "hello");
  EXPECT_TRUE(result->redirected);
  EXPECT_EQ(result->url, site.url("/3?x"));
  EXPECT_EQ(site.upstream.connections(), 1);
}

TEST_F(FetchTest, JudgesEveryHopOfARedirect) {
  Site site({{"/host", redirect(302, "https://metadata.test/")},
             {"/scheme", redirect(302, "ftp://localhost/")},
             {"/user", redirect(302, "http://a:b@localhost/")},
             {"/number", redirect(302, "http://2130706433/")},
             {"/method", redirect(303, "/ok")},
             {"/ok", kOk}});
  expect_refused(get(site.url("/host")), FetchErrorKind::NotAllowed, "'metadata.test'");
  expect_refused(get(site.url("/scheme")), FetchErrorKind::InvalidRequest, "following a redirect");
  expect_refused(get(site.url("/user")), FetchErrorKind::InvalidRequest, "following a redirect");
  expect_refused(get(site.url("/number")), FetchErrorKind::InvalidRequest, "numeric host");
  policy_.allowed_methods = {"POST"};
  FetchRequest post;
  post.method = "POST";
  post.url = site.url("/method");
  expect_refused(fetch(post), FetchErrorKind::NotAllowed, "The method 'GET'");
}

TEST_F(FetchTest, RefusesADowngradeToPlainHttp) {
  const http::FakeIdentity identity("localhost");
  FakeUpstream upstream(
      [](Peer& peer, int) {
        peer.read_request();
        peer.send(redirect(302, "http://localhost/"));
      },
      &identity);
  const auto client = http::make_client(loop_, {}, identity.file).value();
  Fetcher fetcher(*client);
  policy_.allow_http = false;
  FetchRequest request;
  request.url = fmt::format("https://localhost:{}/", upstream.port());
  expect_refused(http::await_on(loop_, fetch_all(fetcher, request, policy_)),
                 FetchErrorKind::NotAllowed, "must use HTTPS");
}

TEST_F(FetchTest, GivesUpAfterTwentyRedirects) {
  Site site({{"/loop", redirect(302, "/loop")}});
  expect_refused(get(site.url("/loop")), FetchErrorKind::RedirectLoop, "more than 20 times");
  EXPECT_EQ(site.upstream.requests().size(), 21u);
}

TEST_F(FetchTest, TurnsPostIntoGetWhereTheStandardSaysSo) {
  for (const auto& [status, method, expected] :
       std::vector<std::tuple<int, std::string, std::string>>{{301, "POST", "GET"},
                                                              {302, "POST", "GET"},
                                                              {303, "POST", "GET"},
                                                              {303, "PUT", "GET"},
                                                              {303, "HEAD", "HEAD"},
                                                              {302, "PUT", "PUT"},
                                                              {307, "POST", "POST"},
                                                              {308, "POST", "POST"}}) {
    const auto answer = method == "HEAD" ? std::string("HTTP/1.1 204 No Content\r\n\r\n") : kOk;
    auto start = redirect(status, "/end");
    if (method == "HEAD") start.resize(start.size() - 4);
    Site site({{"/start", start}, {"/end", answer}});
    FetchRequest request;
    request.method = method;
    request.url = site.url("/start");
    request.headers.add("Content-Type", "text/plain");
    if (method != "HEAD") request.body = "data";
    ASSERT_TRUE(fetch(request)) << status << method;
    const auto last = site.upstream.requests().at(1);
    EXPECT_THAT(last, StartsWith(expected + " /end")) << status << method;
    EXPECT_EQ(last.ends_with("data"), expected == method && method != "HEAD") << status << method;
    EXPECT_EQ(last.find("Content-Type") != std::string::npos, expected == method);
  }
}

TEST_F(FetchTest, DropsCredentialsWhenTheOriginChanges) {
  Site other({{"/end", kOk}});
  Site site({{"/away", redirect(307, other.url("/end"))},
             {"/here", redirect(307, "/end")},
             {"/end", kOk}});
  FetchRequest request;
  request.headers.add("authorization", "Bearer x");
  request.headers.add("Cookie", "a=b");
  request.headers.add("X-Kept", "yes");
  request.url = site.url("/here");
  ASSERT_TRUE(fetch(request));
  EXPECT_THAT(site.upstream.requests().at(1), HasSubstr("Bearer x"));
  request.url = site.url("/away");
  ASSERT_TRUE(fetch(request));
  const auto seen = other.upstream.requests().at(0);
  EXPECT_THAT(seen, Not(HasSubstr("Bearer")));
  EXPECT_THAT(seen, Not(HasSubstr("Cookie")));
  EXPECT_THAT(seen, HasSubstr("X-Kept: yes"));
}

TEST_F(FetchTest, LeavesRedirectsToTheCallerOrRefusesThem) {
  Site site({{"/1", redirect(302, "/2")}, {"/2", kOk}});
  FetchRequest request;
  request.url = site.url("/1");
  request.redirect = Redirect::Manual;
  const auto manual = fetch(request);
  ASSERT_TRUE(manual);
  EXPECT_EQ(manual->status, 302);
  EXPECT_EQ(manual->body, "move");
  request.redirect = Redirect::Error;
  expect_refused(fetch(request), FetchErrorKind::RedirectLoop, "forbids redirects");
}

class OneShot final : public http::BodySource {
 public:
  Task<Result<std::string>> read() override { co_return std::exchange(text_, ""); }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override { return {}; }

 private:
  std::string text_ = "data";
};

TEST_F(FetchTest, DoesNotSendAStreamedBodyAgain) {
  Site site({{"/307", redirect(307, "/2")}, {"/303", redirect(303, "/2")}, {"/2", kOk}});
  FetchRequest request;
  request.method = "POST";
  request.body_source = std::make_shared<OneShot>();
  request.url = site.url("/307");
  expect_refused(fetch(request), FetchErrorKind::InvalidRequestBody, "cannot be sent again");
  request.body_source = std::make_shared<OneShot>();
  request.url = site.url("/303");
  EXPECT_TRUE(fetch(request));
}

TEST_F(FetchTest, BoundsTheBodyOfTheResponse) {
  Site site({{"/announced", kOk},
             {"/chunked",
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"}});
  policy_.max_response_bytes = 5;
  EXPECT_EQ(get(site.url("/announced")).value().body, "hello");
  EXPECT_EQ(get(site.url("/chunked")).value().body, "hello");
  policy_.max_response_bytes = 4;
  expect_refused(get(site.url("/announced")), FetchErrorKind::InvalidResponseBody, "limit of 4");
  expect_refused(get(site.url("/chunked")), FetchErrorKind::InvalidResponseBody, "limit of 4");
}

TEST_F(FetchTest, EndsAtItsDeadline) {
  FakeUpstream silent([](Peer& peer, int) { peer.wait_closed(); });
  policy_.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  expect_refused(get(fmt::format("http://localhost:{}/", silent.port())), FetchErrorKind::Timeout,
                 "in time");
}

TEST_F(FetchTest, NamesAnUpstreamThatBreaksOff) {
  FakeUpstream cut([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  });
  expect_refused(get(fmt::format("http://localhost:{}/", cut.port())),
                 FetchErrorKind::InvalidResponseBody, "closed the connection");
}

}  // namespace
}  // namespace wws::bindings
