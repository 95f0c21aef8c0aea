#include "wasm/fault_count.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstring>
#include <memory>

#include "wasm/image.h"
#include "wasm/linear_memory.h"

namespace wws::wasm {
namespace {

constexpr std::size_t kPages = 32;

std::optional<FaultMark> count_faults() noexcept {
  rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return std::nullopt;
  return FaultMark{.thread = std::this_thread::get_id(),
                   .faults = static_cast<std::uint64_t>(usage.ru_minflt) +
                             static_cast<std::uint64_t>(usage.ru_majflt)};
}

std::unexpected<Error> refuse(std::string_view what) {
  return fail(ErrorKind::Unsupported,
              fmt::format("the kernel does not count the page faults of a thread: {}", what));
}

Result<void> every_write_counts(LinearMemory& memory, std::string_view what) {
  for (std::size_t page = 0; page < kPages; ++page) {
    const auto before = count_faults();
    *static_cast<volatile std::uint8_t*>(memory.base() + page * kHostPage) = 1;
    const auto after = count_faults();
    if (!before || !after || after->faults == before->faults) return refuse(what);
  }
  return {};
}

}  // namespace

std::optional<FaultMark> FaultCount::now() noexcept {
  if (trusted_) last_ = count_faults();
  return last_;
}

Result<void> test_fault_count() {
  constexpr std::size_t kSize = kPages * kHostPage;
  WWS_TRY(const auto base, BaseMemory::create(kSize, [](MutableByteView bytes) -> Result<void> {
            std::memset(bytes.data(), 0x5a, bytes.size() / 2);
            return {};
          }));
  WWS_TRY(const auto memory, LinearMemory::reserve(kSize, kSize, 0));
  WWS_CHECK(memory->map_image(base->file()));
  WWS_CHECK(every_write_counts(*memory, "first writes"));
  if (!memory->discard_pages()) return refuse("pages cannot be given back");
  for (std::size_t page = 0; page < kPages; ++page)
    static_cast<void>(*static_cast<volatile std::uint8_t*>(memory->base() + page * kHostPage));
  return every_write_counts(*memory, "writes after reads");
}

}  // namespace wws::wasm
