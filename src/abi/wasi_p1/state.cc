#include <algorithm>
#include <utility>

#include "abi/wasi_p1/wasi.h"

namespace wws::abi::wasi_p1 {
namespace {

std::chrono::nanoseconds coarse(std::chrono::nanoseconds time) { return time - time % kClockStep; }

}  // namespace

WasiState::WasiState(WasiOptions options, std::function<void(std::string_view)> line,
                     const io::Clock& clock, io::Random& random, Timers& timers)
    : options_(std::move(options)),
      errors_(options_.error_lines, std::move(line)),
      clock_(clock),
      random_(random),
      timers_(timers),
      started_(clock.monotonic()) {
  descriptors_.reserve(3 + options_.folders.size());
  descriptors_.push_back({.stream = Stream::Input, .rights = kInputRights});
  descriptors_.push_back({.stream = Stream::Output, .rights = kOutputRights});
  descriptors_.push_back({.stream = Stream::Errors, .rights = kOutputRights});
  for (const bindings::files::Mount& mount : options_.folders)
    descriptors_.push_back({.stream = Stream::Folder,
                            .rights = kFolderRights,
                            .inheriting = kFolderRights | kFileRights,
                            .access = mount.access,
                            .mount = &mount});
}

Descriptor* WasiState::find_descriptor(std::uint32_t number) noexcept {
  if (number >= descriptors_.size()) return nullptr;
  Descriptor& one = descriptors_[number];
  return one.stream == Stream::Closed ? nullptr : &one;
}

bool WasiState::has_room() const noexcept {
  return descriptors_.size() < 3 + options_.folders.size() + kMostOpenFiles ||
         std::ranges::any_of(
             descriptors_, [](const Descriptor& one) { return one.stream == Stream::Closed; });
}

std::uint32_t WasiState::add_descriptor(Descriptor descriptor) {
  const auto free = std::ranges::find(descriptors_, Stream::Closed, &Descriptor::stream);
  const auto number = static_cast<std::uint32_t>(free - descriptors_.begin());
  if (free == descriptors_.end())
    descriptors_.push_back(std::move(descriptor));
  else
    *free = std::move(descriptor);
  return number;
}

bindings::files::FileResult<const bindings::files::OpenFile*> WasiState::opened(
    Descriptor& descriptor) const {
  if (descriptor.file == nullptr && descriptor.mount != nullptr) {
    auto folder = bindings::files::open_mount(*descriptor.mount);
    if (!folder) return std::unexpected(folder.error());
    descriptor.file = std::move(*folder);
  }
  if (descriptor.file == nullptr) return bindings::files::file_fault(EBADF);
  return descriptor.file.get();
}

std::chrono::nanoseconds WasiState::realtime() const noexcept { return coarse(clock_.realtime()); }

// One step ahead, because some libraries take a monotonic time of 0 for "not set".
std::chrono::nanoseconds WasiState::monotonic() const noexcept {
  return coarse(clock_.monotonic() - started_) + kClockStep;
}

}  // namespace wws::abi::wasi_p1
