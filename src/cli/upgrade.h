// Upgrade: SIGUSR2 starts this program anew, as its file is by then, and gives the new process what
// this one listens on (cli/handover.h). When the new one serves, this one ends as its requests do;
// one that does not come up changes nothing, and the log says why.
//
// On a thread of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/handover.h"
#include "http/listen_socket.h"
#include "observe/log.h"
#include "server/server.h"

namespace wws::cli {

struct UpgradeParts {
  std::string program;                 // its path, as it was when this process began
  std::vector<std::string> arguments;  // of this process
  std::function<std::vector<server::ListeningSocket>()> sockets;
  // The new process serves. On the upgrade's thread.
  std::function<void(pid_t)> taken_over;
  observe::Log& log;
  std::chrono::milliseconds patience{300'000};  // until the new process serves
};

class Upgrade {
 public:
  Upgrade() = default;
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;
  // A new process that does not serve yet is ended.
  virtual ~Upgrade() = default;
  // As SIGUSR2 does. From any thread.
  virtual void begin() = 0;
};

// SIGUSR2 is a wish to upgrade from now on.
[[nodiscard]] std::unique_ptr<Upgrade> make_upgrade(UpgradeParts parts);

// The path of this program's file.
[[nodiscard]] std::string own_program();

}  // namespace wws::cli
