#include "wasm/linear_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

namespace wws::wasm {

Result<std::unique_ptr<LinearMemory>> LinearMemory::reserve(std::size_t size, std::size_t capacity,
                                                            std::size_t guard) {
  if (size > capacity || size % kHostPage != 0 || capacity % kHostPage != 0)
    return fail(ErrorKind::Internal,
                fmt::format("a memory of {} bytes in {} bytes", size, capacity));
  const std::size_t reserved = kHostPage + capacity + guard;
  void* at = mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED)
    return fail(ErrorKind::Exhausted,
                fmt::format("cannot reserve {} bytes of address space for a guest: {}; lower the "
                            "number of instances or raise vm.max_map_count and ulimit -v",
                            reserved, std::strerror(errno)));
  // A huge page would make one written byte cost 512 restored pages.
  madvise(at, reserved, MADV_NOHUGEPAGE);
  std::unique_ptr<LinearMemory> memory(
      new LinearMemory(static_cast<std::uint8_t*>(at), reserved, capacity));
  if (mprotect(at, kHostPage, PROT_READ | PROT_WRITE) != 0 || !memory->grow_to(size))
    return fail(ErrorKind::Exhausted,
                fmt::format("cannot make {} bytes of guest memory accessible: {}", size,
                            std::strerror(errno)));
  return memory;
}

LinearMemory::~LinearMemory() { munmap(reservation_, reserved_); }

Result<void> LinearMemory::map_image(int file) {
  const std::size_t length = kHostPage + size_;
  void* at = mmap(reservation_, length, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file, 0);
  if (at == MAP_FAILED)
    return fail(ErrorKind::Exhausted,
                fmt::format("cannot map a memory image: {}; raise vm.max_map_count or lower the "
                            "number of instances",
                            std::strerror(errno)));
  madvise(at, length, MADV_NOHUGEPAGE);
  return {};
}

bool LinearMemory::grow_to(std::size_t size) noexcept {
  if (size <= size_) return size == size_;
  const bool allowed = size <= capacity_ && size <= limit_ && size % kHostPage == 0;
  if (!allowed || mprotect(base_ + size_, size - size_, PROT_READ | PROT_WRITE) != 0) {
    refused_ = true;
    return false;
  }
  size_ = size;
  return true;
}

bool LinearMemory::shrink_to(std::size_t size) noexcept {
  if (size >= size_) return size == size_;
  const std::size_t tail = size_ - size;
  if (mprotect(base_ + size, tail, PROT_NONE) != 0) return false;
  if (madvise(base_ + size, tail, MADV_DONTNEED) != 0) return false;
  size_ = size;
  return true;
}

bool LinearMemory::discard_pages() noexcept {
  return madvise(reservation_, kHostPage + size_, MADV_DONTNEED) == 0;
}

}  // namespace wws::wasm
