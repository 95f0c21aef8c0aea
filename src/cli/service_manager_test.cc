#include "cli/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace wws::cli {
namespace {

// A service manager that listens at an abstract name, which no file is left of.
class Manager final {
 public:
  Manager() : descriptor_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    name_ = "@wws-test-" + std::to_string(getpid());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  ~Manager() { close(descriptor_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string heard() const {
    std::string text(256, '\0');
    const ssize_t size = recv(descriptor_, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

 private:
  int descriptor_;
  std::string name_;
};

TEST(ServiceManager, HearsWhatItAskedFor) {
  const Manager manager;
  tell_service_manager([&](std::string_view) { return manager.name(); }, "READY=1");
  EXPECT_EQ(manager.heard(), "READY=1");
}

TEST(ServiceManager, MayBeMissing) {
  for (const char* name : {"", "@", "/nowhere/at/all"})
    tell_service_manager([&](std::string_view) { return std::string(name); }, "READY=1");
  tell_service_manager([](std::string_view) { return std::nullopt; }, "READY=1");
  tell_service_manager([](std::string_view) { return std::string(500, 'x'); }, "READY=1");
}

}  // namespace
}  // namespace wws::cli
