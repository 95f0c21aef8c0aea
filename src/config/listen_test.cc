#include "config/listen.h"

#include <gtest/gtest.h>

namespace wws::config {
namespace {

using Scheme = ListenSetting::Scheme;

TEST(Listen, AHostAndAPort) {
  EXPECT_EQ(parse_listen("0.0.0.0:8080"),
            (ListenSetting{.scheme = Scheme::Unsaid, .host = "0.0.0.0", .port = 8080}));
  EXPECT_EQ(parse_listen("localhost:0"),
            (ListenSetting{.scheme = Scheme::Unsaid, .host = "localhost", .port = 0}));
}

TEST(Listen, ASixthVersionAddressIsBracketed) {
  EXPECT_EQ(parse_listen("[::1]:443"),
            (ListenSetting{.scheme = Scheme::Unsaid, .host = "::1", .port = 443}));
  EXPECT_FALSE(parse_listen("::1:443"));
  EXPECT_FALSE(parse_listen("[localhost]:443"));
}

TEST(Listen, ASchemeSaysWhatIsSpoken) {
  EXPECT_EQ(parse_listen("https://0.0.0.0:443")->scheme, Scheme::Https);
  EXPECT_EQ(parse_listen("http://0.0.0.0:80/")->scheme, Scheme::Http);
  EXPECT_FALSE(parse_listen("ftp://0.0.0.0:80"));
}

TEST(Listen, AUnixSocketHasAPathAndMayHaveAMode) {
  EXPECT_EQ(parse_listen("unix:/run/wws.sock"), (ListenSetting{.path = "/run/wws.sock"}));
  EXPECT_EQ(parse_listen("unix:a.sock,mode=0666"), (ListenSetting{.path = "a.sock", .mode = 0666}));
  EXPECT_FALSE(parse_listen("unix:a.sock,mode=0888"));
  EXPECT_FALSE(parse_listen("unix:"));
}

TEST(Listen, AnythingElseIsNone) {
  for (const char* text : {"", ":8080", "8080", "localhost", "localhost:", "localhost:65536",
                           "localhost:-1", "http://", "a b:80", "host:80/path", "u@h:80"})
    EXPECT_FALSE(parse_listen(text)) << text;
}

TEST(Listen, AMistakeShowsTheWayOut) {
  EXPECT_NE(not_an_address("8080").find("'8080' is no address to listen on: write 0.0.0.0:8080"),
            std::string::npos);
}

}  // namespace
}  // namespace wws::config
