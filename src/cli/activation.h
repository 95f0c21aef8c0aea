// Sockets that systemd has opened for this process (sd_listen_fds(3)).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::cli {

struct ActivatedSocket {
  int descriptor;
  std::string name;  // FileDescriptorName= of the socket unit; "" where it says nothing
};

// Of LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES; none where they are another process's. Errors:
// Invalid, when they are no numbers.
[[nodiscard]] Result<std::vector<ActivatedSocket>> activated_sockets(
    const std::function<std::optional<std::string>(std::string_view)>& environment, int pid);

}  // namespace wws::cli
