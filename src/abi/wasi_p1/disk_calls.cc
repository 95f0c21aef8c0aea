#include <utility>

#include "abi/wasi_p1/call.h"

namespace wws::abi::wasi_p1 {
namespace {

using bindings::files::FileResult;
using bindings::files::OpenFile;

// Answers what was known at once, in the loop's next round.
class KnownAnswer final : public wasm::Operation {
 public:
  KnownAnswer(Errno answer, std::unique_ptr<Timer> timer)
      : answer_(answer), timer_(std::move(timer)) {}
  wasm::HostResult complete(wasm::HostContext&, std::span<wasm::Value> results) override {
    if (!results.empty()) results[0].raw = static_cast<std::uint64_t>(answer_);
    return std::nullopt;
  }

 private:
  Errno answer_;
  std::unique_ptr<Timer> timer_;
};

class DiskOperation final : public wasm::Operation {
 public:
  DiskOperation(std::shared_ptr<const FileResult<void>> result, std::unique_ptr<BlockingWork> work)
      : result_(std::move(result)), work_(std::move(work)) {}
  wasm::HostResult complete(wasm::HostContext&, std::span<wasm::Value> results) override {
    const Errno answer = *result_ ? Errno::Success : errno_of(result_->error());
    if (!results.empty()) results[0].raw = static_cast<std::uint64_t>(answer);
    return std::nullopt;
  }

 private:
  std::shared_ptr<const FileResult<void>> result_;
  std::unique_ptr<BlockingWork> work_;
};

constexpr Rights right_of(DiskCall which) {
  switch (which) {
    case DiskCall::Sync: return kRightSync;
    case DiskCall::SyncData: return kRightDataSync;
    case DiskCall::Allocate: return kRightAllocate;
  }
  return 0;
}

// What is wrong with the descriptor for this call.
Errno check(const FoundDescriptor& found, DiskCall which) {
  if (!found) return found.error();
  const bool allocates = which == DiskCall::Allocate;
  const Stream stream = (*found)->stream;
  if (stream == Stream::Folder && allocates) return Errno::Isdir;
  if (stream != Stream::File && stream != Stream::Folder)
    return allocates ? Errno::Notsup : Errno::Inval;
  return ((*found)->rights & right_of(which)) == 0 ? Errno::Notcapable : Errno::Success;
}

std::function<FileResult<void>()> work_of(const Call& call, DiskCall which,
                                          std::shared_ptr<const OpenFile> file) {
  if (which == DiskCall::Sync) return [file = std::move(file)] { return file->sync(); };
  if (which == DiskCall::SyncData) return [file = std::move(file)] { return file->sync_data(); };
  return [file = std::move(file), offset = call.u64(1), size = call.u64(2)] {
    return file->allocate(offset, size);
  };
}

}  // namespace

template <DiskCall which>
Result<std::unique_ptr<wasm::Operation>> disk_call(wasm::HostContext& context,
                                                   std::span<const wasm::Value> arguments,
                                                   std::shared_ptr<wasm::Waker> waker) {
  WasiState* const state = find_state(context);
  if (state == nullptr) return fail(no_request());
  const Call call{*state, context.memory(), arguments};
  const auto known = [&](Errno answer) -> std::unique_ptr<wasm::Operation> {
    return std::make_unique<KnownAnswer>(
        answer, state->timers().start(std::chrono::nanoseconds(0), std::move(waker)));
  };
  const auto found = descriptor_of(call, 0);
  if (const Errno wrong = check(found, which); wrong != Errno::Success) return known(wrong);
  const auto opened = state->opened(**found);
  if (!opened) return known(errno_of(opened.error()));
  auto work = work_of(call, which, (*found)->file);
  Blocking* const blocking = state->blocking();
  if (blocking == nullptr) {
    const auto done = work();
    return known(done ? Errno::Success : errno_of(done.error()));
  }
  auto result = std::make_shared<FileResult<void>>();
  auto started = blocking->start([work = std::move(work), result] { *result = work(); },
                                 [waker = std::move(waker)] { waker->wake(); });
  return std::make_unique<DiskOperation>(std::move(result), std::move(started));
}
template Result<std::unique_ptr<wasm::Operation>> disk_call<DiskCall::Sync>(
    wasm::HostContext&, std::span<const wasm::Value>, std::shared_ptr<wasm::Waker>);
template Result<std::unique_ptr<wasm::Operation>> disk_call<DiskCall::SyncData>(
    wasm::HostContext&, std::span<const wasm::Value>, std::shared_ptr<wasm::Waker>);
template Result<std::unique_ptr<wasm::Operation>> disk_call<DiskCall::Allocate>(
    wasm::HostContext&, std::span<const wasm::Value>, std::shared_ptr<wasm::Waker>);

}  // namespace wws::abi::wasi_p1
