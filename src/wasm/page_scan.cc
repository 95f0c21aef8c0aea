#include "wasm/page_scan.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wws::wasm {
namespace {

// Debian 12's kernel headers are older than the call.
struct ScanArguments {
  std::uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted,
      category_mask, category_anyof_mask, return_mask;
};
constexpr std::uint64_t kFile = 1u << 2, kPresent = 1u << 3, kSwapped = 1u << 4, kZero = 1u << 5;
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);

}  // namespace

Result<int> open_pagemap() {
  const int file = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fail(ErrorKind::Unsupported,
                fmt::format("/proc/self/pagemap cannot be opened: {}", std::strerror(errno)));
  return file;
}

std::int64_t PageScan::next(std::uint64_t& at, std::uint64_t end) noexcept {
  ScanArguments arguments{};
  arguments.size = sizeof arguments;
  arguments.start = at;
  arguments.end = end;
  arguments.vec = reinterpret_cast<std::uint64_t>(regions_.data());
  arguments.vec_len = at_once_;
  arguments.category_inverted = kFile;
  arguments.category_mask = kFile;
  arguments.category_anyof_mask = kPresent | kSwapped;
  arguments.return_mask = kZero | kSwapped;
  int count;
  do {
    count = ioctl(pagemap_, kPagemapScan, &arguments);
  } while (count < 0 && errno == EINTR);
  if (count < 0 || arguments.walk_end <= at || arguments.walk_end > end) return -1;
  at = arguments.walk_end;
  return count;
}

Result<std::vector<bool>> anonymous_pages(int pagemap, const std::uint8_t* start,
                                          std::size_t count) {
  constexpr std::uint64_t kWordFile = std::uint64_t{1} << 61, kWordSwapped = std::uint64_t{1} << 62,
                          kWordPresent = std::uint64_t{1} << 63;
  std::vector<bool> anonymous(count);
  std::array<std::uint64_t, 1024> words{};
  const std::size_t first = reinterpret_cast<std::uint64_t>(start) / 4096;
  for (std::size_t done = 0; done < count;) {
    const std::size_t wanted = std::min(words.size(), count - done) * sizeof words[0];
    const ssize_t got =
        pread(pagemap, words.data(), wanted, static_cast<off_t>((first + done) * sizeof words[0]));
    if (got <= 0 || got % static_cast<ssize_t>(sizeof words[0]) != 0)
      return fail(ErrorKind::Unsupported,
                  fmt::format("/proc/self/pagemap cannot be read: {}", std::strerror(errno)));
    for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof words[0]; ++i, ++done)
      anonymous[done] = (words[i] & (kWordPresent | kWordSwapped)) != 0 &&
                        ((words[i] & kWordSwapped) != 0 || (words[i] & kWordFile) == 0);
  }
  return anonymous;
}

}  // namespace wws::wasm
