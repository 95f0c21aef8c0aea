// Handover: how a new process of this program takes over what an old one listens on.
//
// The old one starts the new one with one end of a socket pair (unix(7), SOCK_SEQPACKET), whose
// number is in WWS_TAKES_OVER, and sends it each listening socket with the name of its place. When
// the new one serves it says so. As the sockets are the same, not one connection is lost: both
// accept for a moment. A new one that ends before it says so changes nothing.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wws::cli {

// Of an earlier process, with the name of its place (server::ListenPoint::name, or kAdminPlace).
struct InheritedSocket {
  std::string name;
  int descriptor;
};

inline constexpr char kAdminPlace[] = "admin";

// One end of the pair; closes it.
class HandoverEnd final {
 public:
  explicit HandoverEnd(int descriptor) noexcept : descriptor_(descriptor) {}
  HandoverEnd(HandoverEnd&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  HandoverEnd& operator=(HandoverEnd&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~HandoverEnd();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  // Gives the descriptor away.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

  // The old process's. Errors: Gone, when the other one takes nothing.
  [[nodiscard]] Result<void> send(const std::vector<InheritedSocket>& sockets);
  // The new process's: all that is sent. They belong to the caller. Errors: Invalid, when it is not
  // what send() sends.
  [[nodiscard]] Result<std::vector<InheritedSocket>> receive();
  void say_ready();
  // What say_ready() sends; the end of the stream is "".
  static constexpr char kReady[] = "ready";

 private:
  int descriptor_;
};

struct HandoverPair {
  HandoverEnd ours, theirs;
};
[[nodiscard]] Result<HandoverPair> make_handover_pair();

// What a process is started with that takes over, and what is there of it: nothing in one that
// nobody started so. The variable is taken out of the environment, so that it reaches nobody else.
// Errors: Invalid, when it says what is not there.
[[nodiscard]] Result<std::optional<HandoverEnd>> handover_of_environment();

// Starts `program` with these arguments and this process's environment as the one that takes over.
// Errors: those of posix_spawn(3), naming the program.
[[nodiscard]] Result<pid_t> start_successor(const std::string& program,
                                            const std::vector<std::string>& arguments,
                                            const HandoverEnd& theirs);

}  // namespace wws::cli
