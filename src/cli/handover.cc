#include "cli/handover.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;

namespace wws::cli {
namespace {

constexpr char kVariable[] = "WWS_TAKES_OVER";
// Where the new process finds its end.
constexpr int kDescriptor = 3;
// Ends the list of sockets; no place has such a name.
constexpr std::string_view kEnd = "/end";
constexpr std::size_t kLongestName = 4096;
// A program that is none of ours does not read what it is sent.
constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

std::unexpected<Error> failed(std::string_view what, int error) {
  return fail(ErrorKind::Gone, fmt::format("{}: {}", what, std::generic_category().message(error)));
}

// One message: a name, and a descriptor or none.
struct Message {
  std::array<char, kLongestName> name;
  iovec bytes{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};

  explicit Message(std::size_t size) {
    bytes = {name.data(), size};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
  }
};

Result<void> send_one(int to, std::string_view name, int descriptor) {
  if (name.size() > kLongestName)
    return fail(ErrorKind::Invalid, "the name of a socket is too long");
  Message message(name.size());
  std::memcpy(message.name.data(), name.data(), name.size());
  if (descriptor >= 0) {
    message.header.msg_control = message.control.data();
    message.header.msg_controllen = message.control.size();
    cmsghdr* const control = CMSG_FIRSTHDR(&message.header);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(control), &descriptor, sizeof descriptor);
  }
  while (sendmsg(to, &message.header, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) return failed("the new process takes no sockets", errno);
  return {};
}

Result<InheritedSocket> receive_one(int from) {
  Message message(kLongestName);
  message.header.msg_control = message.control.data();
  message.header.msg_controllen = message.control.size();
  ssize_t size = 0;
  do size = recvmsg(from, &message.header, MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);
  if (size < 0) return failed("the old process gives no sockets", errno);
  if (size == 0) return fail(ErrorKind::Gone, "the old process ended before it gave its sockets");
  InheritedSocket socket{std::string(message.name.data(), static_cast<std::size_t>(size)), -1};
  const cmsghdr* const control = CMSG_FIRSTHDR(&message.header);
  const bool has_descriptor = control != nullptr && control->cmsg_level == SOL_SOCKET &&
                              control->cmsg_type == SCM_RIGHTS &&
                              control->cmsg_len == CMSG_LEN(sizeof(int));
  if (has_descriptor) std::memcpy(&socket.descriptor, CMSG_DATA(control), sizeof(int));
  return socket;
}

bool is_seqpacket(int descriptor) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

// The environment without what was meant for this process alone, and with `more`.
std::vector<std::string> environment_with(std::string more) {
  std::vector<std::string> variables;
  for (char** one = environ; *one != nullptr; ++one) {
    const std::string_view variable = *one;
    if (variable.starts_with("LISTEN_PID=") || variable.starts_with("LISTEN_FDS=") ||
        variable.starts_with("LISTEN_FDNAMES="))
      continue;
    variables.emplace_back(variable);
  }
  variables.push_back(std::move(more));
  return variables;
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

HandoverEnd::~HandoverEnd() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<void> HandoverEnd::send(const std::vector<InheritedSocket>& sockets) {
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  for (const InheritedSocket& socket : sockets)
    WWS_CHECK(send_one(descriptor_, socket.name, socket.descriptor));
  return send_one(descriptor_, kEnd, -1);
}

Result<std::vector<InheritedSocket>> HandoverEnd::receive() {
  std::vector<InheritedSocket> sockets;
  while (true) {
    WWS_TRY(InheritedSocket socket, receive_one(descriptor_));
    if (socket.name == kEnd) return sockets;
    if (socket.descriptor < 0)
      return fail(ErrorKind::Invalid, "the old process named a socket that it did not give");
    sockets.push_back(std::move(socket));
  }
}

void HandoverEnd::say_ready() {
  // An old process that is gone by now needs no answer.
  [[maybe_unused]] const auto sent = ::send(descriptor_, kReady, std::strlen(kReady), MSG_NOSIGNAL);
}

Result<HandoverPair> make_handover_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return failed("no sockets for an upgrade", errno);
  return HandoverPair{HandoverEnd(ends[0]), HandoverEnd(ends[1])};
}

Result<std::optional<HandoverEnd>> handover_of_environment() {
  const char* const value = std::getenv(kVariable);
  if (value == nullptr) return std::nullopt;
  const std::string text = value;
  unsetenv(kVariable);
  int descriptor = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), descriptor);
  if (error != std::errc() || end != text.data() + text.size() || !is_seqpacket(descriptor))
    return fail(ErrorKind::Invalid,
                fmt::format("the environment's {} is '{}', which is no socket of an old process: "
                            "unset it",
                            kVariable, text));
  fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return HandoverEnd(descriptor);
}

Result<pid_t> start_successor(const std::string& program, const std::vector<std::string>& arguments,
                              const HandoverEnd& theirs) {
  const auto variables = environment_with(fmt::format("{}={}", kVariable, kDescriptor));
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  // Onto itself this takes the flag away that would close it.
  posix_spawn_file_actions_adddup2(&actions, theirs.descriptor(), kDescriptor);
  posix_spawn_file_actions_addclosefrom_np(&actions, kDescriptor + 1);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t child = -1;
  const int error = posix_spawn(&child, program.c_str(), &actions, &attributes,
                                pointers_to(arguments).data(), pointers_to(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return failed(program + " cannot be started", error);
  return child;
}

}  // namespace wws::cli
