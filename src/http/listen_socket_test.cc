#include "http/listen_socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace wws::http {
namespace {

class Folder final {
 public:
  Folder() {
    char name[] = "/tmp/wws-socket-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] ListenAddress socket() const {
    ListenAddress address;
    address.path = path_ + "/s";
    return address;
  }

 private:
  std::string path_;
};

TEST(ListenSocket, TellsWhatItIsBoundTo) {
  const auto socket = ListenSocket::open({.host = "127.0.0.1", .port = 0}, ReusePort::No);
  ASSERT_TRUE(socket);
  EXPECT_NE((*socket)->port(), 0);
  EXPECT_EQ((*socket)->family(), AF_INET);
  EXPECT_EQ((*socket)->address().host, "127.0.0.1");
  const auto copy = (*socket)->duplicate();
  ASSERT_TRUE(copy);
  EXPECT_EQ((*copy)->port(), (*socket)->port());
}

TEST(ListenSocket, AnAddressInUseIsNamed) {
  const auto first = ListenSocket::open({.host = "127.0.0.1", .port = 0}, ReusePort::No);
  const auto second =
      ListenSocket::open({.host = "127.0.0.1", .port = (*first)->port()}, ReusePort::No);
  ASSERT_FALSE(second);
  EXPECT_NE(
      second.error().message().find(std::to_string((*first)->port()) + ": address already in use"),
      std::string::npos);
}

TEST(ListenSocket, AUnixSocketHasItsModeAndGoesWithItsOwner) {
  const Folder folder;
  ListenAddress address = folder.socket();
  address.mode = 0600;
  {
    const auto socket = ListenSocket::open(address, ReusePort::No);
    ASSERT_TRUE(socket) << socket.error().to_string();
    EXPECT_EQ(to_string((*socket)->address()), "unix:" + address.path);
    struct stat status{};
    ASSERT_EQ(stat(address.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    const auto copy = (*socket)->duplicate();
  }
  EXPECT_FALSE(std::filesystem::exists(address.path));
}

TEST(ListenSocket, AStaleUnixSocketIsReplacedAndALivingOneIsNot) {
  const Folder folder;
  const ListenAddress address = folder.socket();
  {
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strncpy(name.sun_path, address.path.c_str(), sizeof name.sun_path - 1);
    ASSERT_EQ(bind(dead, reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
    close(dead);
  }
  const auto first = ListenSocket::open(address, ReusePort::No);
  ASSERT_TRUE(first) << first.error().to_string();
  const auto second = ListenSocket::open(address, ReusePort::No);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message().find("another server is listening there"), std::string::npos);
}

TEST(ListenSocket, AFileThatIsNoSocketIsLeftAlone) {
  const Folder folder;
  const ListenAddress address = folder.socket();
  std::ofstream(address.path) << "mine";
  const auto socket = ListenSocket::open(address, ReusePort::No);
  ASSERT_FALSE(socket);
  EXPECT_NE(socket.error().message().find("a file that is no socket"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(address.path));
}

TEST(ListenSocket, APathThatIsTooLongIsAnError) {
  ListenAddress address;
  address.path = "/tmp/" + std::string(200, 'x');
  EXPECT_FALSE(ListenSocket::open(address, ReusePort::No));
}

TEST(ListenSocket, OnlyListeningStreamsAreAdopted) {
  const int plain = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_FALSE(ListenSocket::adopt(plain));
  EXPECT_FALSE(ListenSocket::adopt(-1));
  ASSERT_EQ(listen(plain, 1), 0);
  const auto adopted = ListenSocket::adopt(plain);
  ASSERT_TRUE(adopted);
  EXPECT_NE((*adopted)->port(), 0);
}

}  // namespace
}  // namespace wws::http
