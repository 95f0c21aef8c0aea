#include "http/listen_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <system_error>

namespace wws::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string_view without_brackets(std::string_view host) noexcept {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    return host.substr(1, host.size() - 2);
  return host;
}

std::unexpected<Error> cannot_listen(const ListenAddress& address, std::string reason,
                                     bool denied) {
  if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z')
    reason[0] = static_cast<char>(reason[0] | 0x20);
  return fail(denied ? ErrorKind::Denied : ErrorKind::Invalid,
              fmt::format("cannot listen on {}: {}", to_string(address), reason));
}

std::unexpected<Error> cannot_listen(const ListenAddress& address, int error) {
  return cannot_listen(address, std::generic_category().message(error),
                       error == EACCES || error == EPERM);
}

Result<tcp::endpoint> resolve(const ListenAddress& address) {
  const std::string host(without_brackets(address.host));
  error_code error;
  const auto numeric = asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(numeric, address.port);
  asio::io_context nobody;
  tcp::resolver resolver(nobody);
  const auto found =
      resolver.resolve(host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error) return cannot_listen(address, error.message(), false);
  return found.begin()->endpoint();
}

// 0, or an errno.
int bind_tcp(int descriptor, const tcp::endpoint& endpoint, ReusePort reuse_port) {
  const int yes = 1;
  if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0) return errno;
  if (reuse_port == ReusePort::Yes &&
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0)
    return errno;
  if (bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) return errno;
  return listen(descriptor, SOMAXCONN) == 0 ? 0 : errno;
}

Result<sockaddr_un> address_of(const ListenAddress& address) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (address.path.size() >= sizeof name.sun_path)
    return cannot_listen(
        address, fmt::format("a path may have {} bytes at most", sizeof name.sun_path - 1), false);
  std::memcpy(name.sun_path, address.path.data(), address.path.size());
  return name;
}

// A server that ended without cleaning up leaves its file behind: nobody answers there.
Result<void> remove_stale(const ListenAddress& address, const sockaddr_un& name) {
  struct stat status{};
  if (lstat(name.sun_path, &status) != 0) {
    if (errno == ENOENT) return {};
    return cannot_listen(address, errno);
  }
  if (!S_ISSOCK(status.st_mode))
    return cannot_listen(address, "a file that is no socket is in its place; remove it", false);
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return cannot_listen(address, errno);
  const int connected = connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof name);
  const int error = errno;
  close(probe);
  // EAGAIN: its queue is full, so somebody lives there.
  if (connected == 0 || error == EAGAIN)
    return cannot_listen(address, "another server is listening there", false);
  if (error != ECONNREFUSED) return cannot_listen(address, error);
  if (unlink(name.sun_path) != 0) return cannot_listen(address, errno);
  return {};
}

}  // namespace

std::string to_string(const ListenAddress& address) {
  if (!address.path.empty()) return "unix:" + address.path;
  const std::string_view bare = without_brackets(address.host);
  const bool is_v6 = bare.find(':') != std::string_view::npos;
  return is_v6 ? fmt::format("[{}]:{}", bare, address.port)
               : fmt::format("{}:{}", bare, address.port);
}

Result<std::unique_ptr<ListenSocket>> ListenSocket::open(const ListenAddress& address,
                                                         ReusePort reuse_port) {
  return address.path.empty() ? open_tcp(address, reuse_port) : open_unix(address);
}

Result<std::unique_ptr<ListenSocket>> ListenSocket::open_tcp(const ListenAddress& address,
                                                             ReusePort reuse_port) {
  WWS_TRY(const tcp::endpoint endpoint, resolve(address));
  const int family = endpoint.protocol().family();
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return cannot_listen(address, errno);
  std::unique_ptr<ListenSocket> socket(new ListenSocket(descriptor));
  if (const int error = bind_tcp(descriptor, endpoint, reuse_port); error != 0)
    return cannot_listen(address, error);
  return socket;
}

Result<std::unique_ptr<ListenSocket>> ListenSocket::open_unix(const ListenAddress& address) {
  WWS_TRY(const sockaddr_un name, address_of(address));
  WWS_CHECK(remove_stale(address, name));
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return cannot_listen(address, errno);
  std::unique_ptr<ListenSocket> socket(new ListenSocket(descriptor));
  if (bind(descriptor, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0)
    return cannot_listen(address, errno);
  socket->own_file();
  // Before it listens nobody can connect, whatever the mode was that bind() gave it.
  if (chmod(name.sun_path, address.mode) != 0) return cannot_listen(address, errno);
  if (listen(descriptor, SOMAXCONN) != 0) return cannot_listen(address, errno);
  return socket;
}

Result<std::unique_ptr<ListenSocket>> ListenSocket::adopt(int descriptor) {
  const auto option = [descriptor](int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
  };
  std::unique_ptr<ListenSocket> socket(new ListenSocket(descriptor));
  const int family = socket->family();
  const bool known = family == AF_INET || family == AF_INET6 || family == AF_UNIX;
  if (known && option(SO_TYPE) == SOCK_STREAM && option(SO_ACCEPTCONN) == 1) {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return socket;
  }
  static_cast<void>(socket->release());
  return fail(ErrorKind::Invalid,
              fmt::format("descriptor {} is no listening stream socket: in a systemd socket unit, "
                          "write ListenStream= and Accept=no",
                          descriptor));
}

void ListenSocket::own_file() {
  struct stat status{};
  const std::string path = address().path;
  if (!path.empty() && lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
    file_ = OwnFile{path, status.st_dev, status.st_ino};
}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) close(descriptor_);
  struct stat status{};
  if (file_ && lstat(file_->path.c_str(), &status) == 0 && status.st_dev == file_->device &&
      status.st_ino == file_->inode)
    unlink(file_->path.c_str());
}

Result<std::unique_ptr<ListenSocket>> ListenSocket::duplicate() const {
  const int copy = fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return cannot_listen(address(), errno);
  return std::unique_ptr<ListenSocket>(new ListenSocket(copy));
}

int ListenSocket::release() noexcept {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  return descriptor;
}

int ListenSocket::family() const noexcept {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &size) != 0) return AF_UNSPEC;
  return name.ss_family;
}

std::uint16_t ListenSocket::port() const noexcept { return address().port; }

ListenAddress ListenSocket::address() const {
  ListenAddress address{.host = {}, .port = 0, .path = {}};
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &size) != 0) return address;
  if (name.ss_family == AF_UNIX) {
    sockaddr_un local{};
    std::memcpy(&local, &name, sizeof local);
    address.path = size > offsetof(sockaddr_un, sun_path) ? local.sun_path : "";
    if (address.path.empty()) address.path = "(without a name)";
    return address;
  }
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), &name, std::min<std::size_t>(size, endpoint.capacity()));
  endpoint.resize(size);
  address.host = endpoint.address().to_string();
  address.port = endpoint.port();
  return address;
}

}  // namespace wws::http
