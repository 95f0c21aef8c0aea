#include "abi/wasi_p1/layout.h"

#include <array>
#include <cstring>
#include <limits>

namespace wws::abi::wasi_p1 {
namespace {

using bindings::files::FileStatus;
using bindings::files::FileType;
using bindings::files::NewTime;
using bindings::files::NewTimes;

constexpr std::uint32_t kSetAccessed = 1, kSetAccessedNow = 2, kSetModified = 4,
                        kSetModifiedNow = 8;

template <std::size_t size, typename T>
void put(std::array<std::uint8_t, size>& bytes, std::size_t at, T value) noexcept {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

// Times before 1970 have no number here.
std::uint64_t time_number(std::chrono::nanoseconds time) noexcept {
  return time.count() < 0 ? 0 : static_cast<std::uint64_t>(time.count());
}

}  // namespace

std::uint8_t type_number(FileType type) noexcept {
  switch (type) {
    case FileType::Unknown: return 0;
    case FileType::BlockDevice: return 1;
    case FileType::CharacterDevice: return 2;
    case FileType::Folder: return 3;
    case FileType::Regular: return 4;
    case FileType::Socket: return 6;
    case FileType::Link: return 7;
  }
  return 0;
}

template <Version version>
Errno store_status(Call& call, std::uint32_t at, const FileStatus& status) noexcept {
  constexpr bool kOld = version == Version::Unstable;
  constexpr std::size_t kSizeAt = kOld ? 24 : 32;
  std::array<std::uint8_t, kSizeAt + 32> bytes{};
  put(bytes, 0, status.device);
  put(bytes, 8, status.inode);
  put(bytes, 16, type_number(status.type));
  if constexpr (kOld)
    put(bytes, 20, static_cast<std::uint32_t>(status.links));
  else
    put(bytes, 24, status.links);
  put(bytes, kSizeAt, status.size);
  put(bytes, kSizeAt + 8, time_number(status.accessed));
  put(bytes, kSizeAt + 16, time_number(status.modified));
  put(bytes, kSizeAt + 24, time_number(status.changed));
  return call.memory.write(at, bytes) ? Errno::Success : Errno::Fault;
}
template Errno store_status<Version::Unstable>(Call&, std::uint32_t, const FileStatus&) noexcept;
template Errno store_status<Version::Preview1>(Call&, std::uint32_t, const FileStatus&) noexcept;

std::expected<NewTimes, Errno> read_times(const Call& call, std::size_t argument) {
  const std::uint32_t flags = call.u32(argument + 2);
  const auto one = [&](std::size_t index, std::uint32_t given,
                       std::uint32_t now) -> std::optional<NewTime> {
    if ((flags & given) != 0 && (flags & now) != 0) return std::nullopt;
    if ((flags & now) != 0) return NewTime{NewTime::Kind::Now, {}};
    if ((flags & given) == 0) return NewTime{};
    const std::uint64_t time = call.u64(index);
    if (time > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) return std::nullopt;
    return NewTime{NewTime::Kind::Given, std::chrono::nanoseconds(time)};
  };
  const auto accessed = one(argument, kSetAccessed, kSetAccessedNow);
  const auto modified = one(argument + 1, kSetModified, kSetModifiedNow);
  constexpr std::uint32_t kKnown = kSetAccessed | kSetAccessedNow | kSetModified | kSetModifiedNow;
  if (!accessed || !modified || (flags & ~kKnown) != 0) return std::unexpected(Errno::Inval);
  return NewTimes{*accessed, *modified};
}

}  // namespace wws::abi::wasi_p1
