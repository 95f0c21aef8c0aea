#include "wasm/wasmtime/idle_instances.h"

#include <algorithm>

namespace wws::wasm {
namespace {

Instance& instance_of(IdleHooks& hooks) noexcept { return static_cast<Instance&>(hooks); }

}  // namespace

std::size_t IdleInstances::put(std::unique_ptr<Instance> instance, std::size_t running) {
  auto& of_program = by_program_[&instance->program()];
  auto& of_image = by_image_[&instance->image()];
  Instance& owned = *instance.release();
  all_.push_back(owned);
  of_program.push_back(owned);
  of_image.push_back(owned);
  std::size_t gone = 0;
  for (; all_.size() > std::max(least_, running); ++gone) remove(instance_of(all_.front())).reset();
  return gone;
}

std::unique_ptr<Instance> IdleInstances::take(const LoadedProgram& program,
                                              const MemoryImage& image) {
  const auto found = by_image_.find(&image);
  if (found == by_image_.end()) return nullptr;
  Instance& newest = instance_of(found->second.back());
  if (&newest.program() != &program) return nullptr;
  auto instance = remove(newest);
  instance->standing = Standing::Proven;
  return instance;
}

IdleInstances::Choice IdleInstances::choose(const LoadedProgram& program, const MemoryImage& image,
                                            std::size_t running) {
  const Standing standing = was_here(image) ? Standing::Proven : Standing::New;
  const auto of_program = by_program_.find(&program);
  if (of_program == by_program_.end()) return {nullptr, standing};
  const bool room = all_.size() < std::max(least_, running);
  Instance* chosen = standing == Standing::New || room ? newest_blank(program) : nullptr;
  if (chosen == nullptr && room) return {nullptr, standing};
  // The one that was not asked for longest.
  if (chosen == nullptr) chosen = &instance_of(of_program->second.front());
  auto instance = remove(*chosen);
  instance->standing = standing;
  return {std::move(instance), standing};
}

Instance* IdleInstances::newest_blank(const LoadedProgram& program) noexcept {
  const auto found = by_image_.find(static_cast<const MemoryImage*>(program.base_image().get()));
  if (found == by_image_.end()) return nullptr;
  Instance& newest = instance_of(found->second.back());
  return newest.is_blank() ? &newest : nullptr;
}

// A list that is empty goes, for its key may die next.
std::unique_ptr<Instance> IdleInstances::remove(Instance& instance) noexcept {
  all_.erase(all_.iterator_to(instance));
  const auto of_program = by_program_.find(&instance.program());
  of_program->second.erase(of_program->second.iterator_to(instance));
  if (of_program->second.empty()) by_program_.erase(of_program);
  const auto of_image = by_image_.find(&instance.image());
  of_image->second.erase(of_image->second.iterator_to(instance));
  if (of_image->second.empty()) by_image_.erase(of_image);
  return std::unique_ptr<Instance>(&instance);
}

void IdleInstances::remember(const MemoryImage* image) noexcept {
  if (was_here(*image)) return;
  gone_[next_gone_] = image;
  next_gone_ = (next_gone_ + 1) % gone_.size();
}

bool IdleInstances::was_here(const MemoryImage& image) const noexcept {
  return std::ranges::find(gone_, &image) != gone_.end();
}

std::size_t IdleInstances::drop(const std::function<bool(const Instance&)>& which) {
  const std::size_t before = all_.size();
  for (auto at = all_.begin(); at != all_.end();) {
    Instance& one = instance_of(*at++);
    if (which(one)) remove(one).reset();
  }
  return before - all_.size();
}

void IdleInstances::clear() noexcept {
  while (!all_.empty()) remove(instance_of(all_.front())).reset();
}

}  // namespace wws::wasm
