#include "cli/activation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wws::cli {
namespace {

// SD_LISTEN_FDS_START.
constexpr int kFirstDescriptor = 3;
constexpr int kMost = 1024;

Result<int> number_in(std::string_view name, std::string_view text) {
  int number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= 0) return number;
  return fail(
      ErrorKind::Invalid,
      fmt::format("the environment's {} is '{}', which is no number: unset it", name, text));
}

}  // namespace

Result<std::vector<ActivatedSocket>> activated_sockets(
    const std::function<std::optional<std::string>(std::string_view)>& environment, int pid) {
  std::vector<ActivatedSocket> sockets;
  const auto owner = environment("LISTEN_PID");
  const auto count = environment("LISTEN_FDS");
  if (!owner || !count) return sockets;
  WWS_TRY(const int owner_pid, number_in("LISTEN_PID", *owner));
  if (owner_pid != pid) return sockets;
  WWS_TRY(const int descriptors, number_in("LISTEN_FDS", *count));
  const std::string names = environment("LISTEN_FDNAMES").value_or("");
  std::string_view rest = names;
  for (int i = 0; i < std::min(descriptors, kMost); ++i) {
    const std::size_t colon = rest.find(':');
    sockets.push_back({kFirstDescriptor + i, std::string(rest.substr(0, colon))});
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return sockets;
}

}  // namespace wws::cli
