#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "abi/wasi_p1/call.h"

namespace wws::abi::wasi_p1 {
namespace {

constexpr std::uint32_t kMaxVectors = 1024;  // IOV_MAX
constexpr std::uint32_t kVectorBytes = 8;
constexpr std::uint16_t kFlagAppend = 1, kFlagNonblock = 4;

// One element of an iovec or ciovec list.
struct Vector {
  std::uint32_t at = 0;
  std::uint32_t size = 0;
};

// A list of vectors in guest memory; every access is checked anew.
class Vectors {
 public:
  Vectors(const wasm::GuestMemory& memory, std::uint32_t at, std::uint32_t count)
      : memory_(memory), at_(at), count_(count) {}

  // Checks the list and every range in it; no byte may be copied before.
  [[nodiscard]] Errno check() noexcept {
    if (count_ > kMaxVectors) return Errno::Inval;
    if (!memory_.contains(at_, std::uint64_t{count_} * kVectorBytes)) return Errno::Fault;
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < count_; ++i) {
      const Vector one = at(i);
      if (!memory_.contains(one.at, one.size)) return Errno::Fault;
      total += one.size;
    }
    if (total > 0xffffffff) return Errno::Inval;
    total_ = static_cast<std::uint32_t>(total);
    return Errno::Success;
  }
  [[nodiscard]] Vector at(std::uint32_t index) const noexcept {
    const std::uint32_t place = at_ + index * kVectorBytes;
    return {memory_.load<std::uint32_t>(place).value_or(0),
            memory_.load<std::uint32_t>(place + 4).value_or(0)};
  }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  // After check().
  [[nodiscard]] std::uint32_t total() const noexcept { return total_; }

 private:
  const wasm::GuestMemory& memory_;
  std::uint32_t at_;
  std::uint32_t count_;
  std::uint32_t total_ = 0;
};

// As much as there is room for: no room tells that stdout outgrew its limit.
void fill_output(Call& call, const Vectors& vectors) {
  for (std::uint32_t i = 0; i < vectors.count() && call.state.output_room() > 0; ++i) {
    const Vector one = vectors.at(i);
    const auto size = std::min<std::size_t>(one.size, call.state.output_room());
    const auto bytes = call.memory.view(one.at, static_cast<std::uint32_t>(size));
    if (!bytes) return;
    call.state.append_output(*bytes);
  }
}

Answer write_output(Call& call, const Vectors& vectors) {
  if (vectors.total() > call.state.output_room()) {
    fill_output(call, vectors);
    return fail(ErrorKind::Exhausted,
                fmt::format("the worker wrote more than {} bytes to stdout; raise the limit or "
                            "write less",
                            call.state.max_output()));
  }
  for (std::uint32_t i = 0; i < vectors.count(); ++i) {
    const Vector one = vectors.at(i);
    if (const auto bytes = call.memory.view(one.at, one.size)) call.state.append_output(*bytes);
  }
  return Errno::Success;
}

// Past its limits stderr is dropped, and the guest is told that all went well.
Answer write_errors(Call& call, const Vectors& vectors) {
  LineSplitter& errors = call.state.errors();
  for (std::uint32_t i = 0; i < vectors.count(); ++i) {
    const Vector one = vectors.at(i);
    if (const auto bytes = call.memory.view(one.at, one.size)) errors.write(*bytes);
  }
  return Errno::Success;
}

}  // namespace

Answer fd_write(Call& call) {
  const Descriptor* const descriptor = call.state.find_descriptor(call.u32(0));
  if (descriptor == nullptr || descriptor->stream == Stream::Input) return Errno::Badf;
  if ((descriptor->rights & kRightWrite) == 0) return Errno::Notcapable;
  Vectors vectors(call.memory, call.u32(1), call.u32(2));
  if (const Errno error = vectors.check(); error != Errno::Success) return error;
  if (!call.memory.contains(call.u32(3), sizeof(std::uint32_t))) return Errno::Fault;
  const Answer answer = descriptor->stream == Stream::Output ? write_output(call, vectors)
                                                             : write_errors(call, vectors);
  if (!answer || *answer != Errno::Success) return answer;
  return call.store(3, vectors.total());
}

Answer fd_read(Call& call) {
  const Descriptor* const descriptor = call.state.find_descriptor(call.u32(0));
  if (descriptor == nullptr || descriptor->stream != Stream::Input) return Errno::Badf;
  if ((descriptor->rights & kRightRead) == 0) return Errno::Notcapable;
  Vectors vectors(call.memory, call.u32(1), call.u32(2));
  if (const Errno error = vectors.check(); error != Errno::Success) return error;
  if (!call.memory.contains(call.u32(3), sizeof(std::uint32_t))) return Errno::Fault;
  std::uint32_t total = 0;
  for (std::uint32_t i = 0; i < vectors.count(); ++i) {
    // The guest may have put the list itself under the bytes read: at() is checked by write()
    // again.
    const Vector one = vectors.at(i);
    const ByteView rest = call.state.unread();
    const ByteView part = rest.first(std::min<std::size_t>(rest.size(), one.size));
    if (!call.memory.write(one.at, part)) return Errno::Fault;
    call.state.skip_input(part.size());
    total += static_cast<std::uint32_t>(part.size());
  }
  return call.store(3, total);
}

Answer fd_seek(Call& call) {
  if (call.state.find_descriptor(call.u32(0)) == nullptr) return Errno::Badf;
  return Errno::Spipe;
}

Answer fd_close(Call& call) {
  Descriptor* const descriptor = call.state.find_descriptor(call.u32(0));
  if (descriptor == nullptr) return Errno::Badf;
  *descriptor = {};
  return Errno::Success;
}

Answer fd_renumber(Call& call) {
  Descriptor* const from = call.state.find_descriptor(call.u32(0));
  Descriptor* const to = call.state.find_descriptor(call.u32(1));
  if (from == nullptr || to == nullptr) return Errno::Badf;
  if (from == to) return Errno::Success;
  *to = *from;
  *from = {};
  return Errno::Success;
}

// fdstat: filetype u8, flags u16 at 2, rights u64 at 8 and (inherited) at 16. The type is
// "unknown", as a pipe has none of its own here: a terminal would make C libraries flush every
// line.
Answer fd_fdstat_get(Call& call) {
  const Descriptor* const descriptor = call.state.find_descriptor(call.u32(0));
  if (descriptor == nullptr) return Errno::Badf;
  std::array<std::uint8_t, 24> stat{};
  std::memcpy(stat.data() + 2, &descriptor->flags, sizeof(descriptor->flags));
  std::memcpy(stat.data() + 8, &descriptor->rights, sizeof(descriptor->rights));
  return call.memory.write(call.u32(1), stat) ? Errno::Success : Errno::Fault;
}

Answer fd_fdstat_set_flags(Call& call) {
  Descriptor* const descriptor = call.state.find_descriptor(call.u32(0));
  if (descriptor == nullptr) return Errno::Badf;
  const std::uint32_t flags = call.u32(1);
  if ((flags & ~std::uint32_t{kFlagAppend | kFlagNonblock}) != 0) return Errno::Inval;
  descriptor->flags = static_cast<std::uint16_t>(flags);
  return Errno::Success;
}

// Rights only ever shrink; there are none to inherit.
Answer fd_fdstat_set_rights(Call& call) {
  Descriptor* const descriptor = call.state.find_descriptor(call.u32(0));
  if (descriptor == nullptr) return Errno::Badf;
  if ((call.u64(1) & ~descriptor->rights) != 0 || call.u64(2) != 0) return Errno::Notcapable;
  descriptor->rights = call.u64(1);
  return Errno::Success;
}

// filestat: device, inode, type, links, size, times; for a stream all are 0 but the links, which
// stand at 24 (u64), before preview 1 at 20 (u32).
template <Version version>
Answer fd_filestat_get(Call& call) {
  if (call.state.find_descriptor(call.u32(0)) == nullptr) return Errno::Badf;
  constexpr bool kOld = version == Version::Unstable;
  std::array<std::uint8_t, kOld ? 56 : 64> stat{};
  stat[kOld ? 20 : 24] = 1;
  return call.memory.write(call.u32(1), stat) ? Errno::Success : Errno::Fault;
}
template Answer fd_filestat_get<Version::Unstable>(Call& call);
template Answer fd_filestat_get<Version::Preview1>(Call& call);

}  // namespace wws::abi::wasi_p1
