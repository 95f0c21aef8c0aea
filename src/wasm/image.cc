#include "wasm/image.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wws::wasm {
namespace {

std::unexpected<Error> image_failure(std::string_view step) {
  return fail(ErrorKind::Exhausted,
              fmt::format("cannot make a memory image: {}: {}", step, std::strerror(errno)));
}

}  // namespace

Result<std::shared_ptr<const BaseMemory>> BaseMemory::create(
    std::size_t size, const std::function<Result<void>(MutableByteView)>& fill) {
  std::shared_ptr<BaseMemory> base(new BaseMemory(size));
  base->file_ = memfd_create("wws-image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (base->file_ < 0) return image_failure("memfd_create");
  if (ftruncate(base->file_, static_cast<off_t>(kHostPage + size)) != 0)
    return image_failure("ftruncate");
  WWS_CHECK(base->write(fill));
  WWS_CHECK(base->seal());
  base->mark_nonzero_pages();
  return base;
}

Result<void> BaseMemory::write(const std::function<Result<void>(MutableByteView)>& fill) {
  if (size_ == 0) return fill({});
  const std::size_t length = kHostPage + size_;
  void* at = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_, 0);
  if (at == MAP_FAILED) return image_failure("mmap");
  auto result = fill({static_cast<std::uint8_t*>(at) + kHostPage, size_});
  munmap(at, length);
  return result;
}

Result<void> BaseMemory::seal() {
  if (fcntl(file_, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    return image_failure("F_ADD_SEALS");
  void* view = mmap(nullptr, kHostPage + size_, PROT_READ, MAP_SHARED, file_, 0);
  if (view == MAP_FAILED) return image_failure("mmap");
  view_ = static_cast<const std::uint8_t*>(view);
  return {};
}

void BaseMemory::mark_nonzero_pages() {
  off_t at = lseek(file_, 0, SEEK_DATA);
  while (at >= 0) {
    const off_t end = lseek(file_, at, SEEK_HOLE);
    for (; at < end; at += kHostPage) {
      if (at < static_cast<off_t>(kHostPage) || is_zero_page(view_ + at)) continue;
      const std::size_t page = static_cast<std::size_t>(at) / kHostPage - 1;
      nonzero_[page / 64] |= std::uint64_t{1} << (page % 64);
    }
    at = lseek(file_, end, SEEK_DATA);
  }
}

BaseMemory::~BaseMemory() {
  if (view_ != nullptr) munmap(const_cast<std::uint8_t*>(view_), kHostPage + size_);
  if (file_ >= 0) close(file_);
}

std::shared_ptr<const void> MergeBudget::take() const {
  if (left_->fetch_sub(1) <= 0) {
    left_->fetch_add(1);
    return nullptr;
  }
  return {left_.get(), [left = left_](const void*) { left->fetch_add(1); }};
}

void MemoryImage::merge(const MergeBudget& budget) const {
  const std::unique_lock lock(merging_, std::try_to_lock);
  if (!lock || owned_ != nullptr || delta_pages() == 0) return;
  auto place = budget.take();
  if (place == nullptr) return;
  auto base = BaseMemory::create(base_->size(), [this](MutableByteView memory) -> Result<void> {
    const auto to = [&](std::uint32_t page) {
      return memory.data() + std::size_t{page} * kHostPage;
    };
    for (std::uint32_t page = 0; page < base_->page_count(); ++page)
      if (!base_->is_zero(page)) std::memcpy(to(page), base_->page(page), kHostPage);
    for (std::size_t i = 0; i < delta_->size(); ++i) delta_recipe(i).write(to(delta_page(i)));
    return {};
  });
  if (!base) return;
  place_ = std::move(place);
  owned_ = std::make_unique<const MemoryImage>(std::move(*base), nullptr, globals_);
  merged_.store(owned_.get(), std::memory_order_release);
}

PageRecipe MemoryImage::recipe(std::uint32_t page) const noexcept {
  if (delta_)
    if (const std::size_t at = delta_->find(page); at < delta_->size() && delta_->page(at) == page)
      return delta_recipe(at);
  return {.page = page, .base = base_->content(page)};
}

bool MemoryImage::page_equals(std::uint32_t page, const std::uint8_t* bytes) const noexcept {
  return page < base_->page_count() && recipe(page).equals(bytes);
}

std::optional<std::uint32_t> MemoryImage::first_difference(
    const std::uint8_t* memory, const std::vector<bool>* candidates) const {
  const auto differs = [&](std::uint32_t page) {
    return !page_equals(page, memory + std::size_t{page} * kHostPage);
  };
  if (candidates != nullptr && delta_)
    for (std::size_t i = 0; i < delta_->size(); ++i)
      if (differs(delta_page(i))) return delta_page(i);
  for (std::uint32_t page = 0; page < base_->page_count(); ++page)
    if ((candidates == nullptr || (*candidates)[page]) && differs(page)) return page;
  return std::nullopt;
}

Result<std::shared_ptr<const MemoryImage>> MemoryImage::capture(
    std::shared_ptr<const BaseMemory> base, const std::uint8_t* memory,
    const std::vector<bool>* candidates, std::vector<std::uint64_t> globals) {
  const MemoryImage plain(base, nullptr, {});
  std::vector<Delta::Source> pages;
  for (std::uint32_t page = 0; page < base->page_count(); ++page) {
    const std::uint8_t* bytes = memory + std::size_t{page} * kHostPage;
    if (candidates != nullptr && !(*candidates)[page]) continue;
    if (!plain.page_equals(page, bytes)) pages.push_back({page, bytes});
  }
  WWS_TRY(auto delta, Delta::create(*base, pages));
  return std::make_shared<const MemoryImage>(std::move(base), std::move(delta), std::move(globals));
}

}  // namespace wws::wasm
