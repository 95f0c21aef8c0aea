// ListenSocket: a socket that is bound and listens, and that no loop serves yet.
//
// One socket may be served by several loops: TCP by opening it anew for each (ReusePort),
// everything else by duplicate(). Who opened a unix socket's file removes it at the end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace wws::http {

struct ListenAddress {
  std::string host = "127.0.0.1";  // a name, an IPv4 or an IPv6 address, bracketed or not
  std::uint16_t port = 8080;       // 0: any free port
  std::string path;                // of a unix socket; host and port do not count then
  mode_t mode = 0660;              // of that file: who may connect
};

// "127.0.0.1:8080", "[::1]:8080", "unix:/run/wws.sock".
[[nodiscard]] std::string to_string(const ListenAddress& address);

enum class ReusePort : bool { No, Yes };

class ListenSocket final {
 public:
  // Errors name the address: "cannot listen on 127.0.0.1:8080: address already in use".
  // `reuse_port` lets the listeners of several loops share it. A unix socket's file that nobody
  // serves any more is replaced; any other file in its place is an error.
  [[nodiscard]] static Result<std::unique_ptr<ListenSocket>> open(const ListenAddress& address,
                                                                  ReusePort reuse_port);
  // Takes a descriptor that somebody else has opened. Error: Invalid, when it is no listening
  // stream socket.
  [[nodiscard]] static Result<std::unique_ptr<ListenSocket>> adopt(int descriptor);
  ~ListenSocket();
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  // Of a unix socket that another process has opened and given away: its file is this one's to
  // remove.
  void own_file();
  // The other way round: the file stays.
  void leave_file() noexcept { file_.reset(); }
  // Another descriptor of the same socket.
  [[nodiscard]] Result<std::unique_ptr<ListenSocket>> duplicate() const;
  // Gives the descriptor away.
  [[nodiscard]] int release() noexcept;

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] int family() const noexcept;
  [[nodiscard]] std::uint16_t port() const noexcept;
  // What it is bound to, as the kernel says.
  [[nodiscard]] ListenAddress address() const;

 private:
  explicit ListenSocket(int descriptor) noexcept : descriptor_(descriptor) {}
  [[nodiscard]] static Result<std::unique_ptr<ListenSocket>> open_unix(
      const ListenAddress& address);
  [[nodiscard]] static Result<std::unique_ptr<ListenSocket>> open_tcp(const ListenAddress& address,
                                                                      ReusePort reuse_port);

  // The file of a unix socket that is ours, so that another's of the same name is left alone.
  struct OwnFile {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  int descriptor_;
  std::optional<OwnFile> file_;
};

}  // namespace wws::http
