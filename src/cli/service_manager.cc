#include "cli/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace wws::cli {

void tell_service_manager(
    const std::function<std::optional<std::string>(std::string_view)>& environment,
    std::string_view text) {
  const std::string place = environment("NOTIFY_SOCKET").value_or("");
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (place.size() < 2 || place.size() >= sizeof name.sun_path) return;
  std::memcpy(name.sun_path, place.data(), place.size());
  // An abstract name begins with a zero (unix(7)), written '@'.
  if (place.front() == '@') name.sun_path[0] = '\0';
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + place.size());
  [[maybe_unused]] const auto sent = sendto(descriptor, text.data(), text.size(), MSG_NOSIGNAL,
                                            reinterpret_cast<const sockaddr*>(&name), size);
  close(descriptor);
}

}  // namespace wws::cli
