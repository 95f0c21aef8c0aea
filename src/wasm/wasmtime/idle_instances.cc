#include "wasm/wasmtime/idle_instances.h"

#include <algorithm>

namespace wws::wasm {
namespace {

Instance& instance_of(IdleHooks& hooks) noexcept { return static_cast<Instance&>(hooks); }

}  // namespace

template <typename Key, IdleHook IdleHooks::* hook>
void IdleInstances::Lists<Key, hook>::add(const Key& key, IdleHooks& one) {
  auto found = of.find(&key);
  if (found == of.end() && !spare.empty()) {
    spare.key() = &key;
    found = of.insert(std::move(spare)).position;
  }
  (found == of.end() ? of[&key] : found->second).push_back(one);
}

// A list that is empty goes, for its key may die next.
template <typename Key, IdleHook IdleHooks::* hook>
void IdleInstances::Lists<Key, hook>::remove(const Key& key, IdleHooks& one) noexcept {
  const auto found = of.find(&key);
  found->second.erase(found->second.iterator_to(one));
  if (found->second.empty()) spare = of.extract(found);
}

std::size_t IdleInstances::put(std::unique_ptr<Instance> instance, std::size_t running) {
  by_program_.add(instance->program(), *instance);
  by_image_.add(instance->image(), *instance);
  all_.push_back(*instance.release());
  std::size_t gone = 0;
  for (; all_.size() > std::max(least_, running); ++gone) remove(instance_of(all_.front())).reset();
  return gone;
}

std::unique_ptr<Instance> IdleInstances::take(const LoadedProgram& program,
                                              const MemoryImage& image) {
  const auto found = by_image_.find(image);
  if (found == nullptr) return nullptr;
  Instance& newest = instance_of(found->back());
  if (&newest.program() != &program) return nullptr;
  auto instance = remove(newest);
  instance->standing = Standing::Proven;
  return instance;
}

IdleInstances::Choice IdleInstances::choose(const LoadedProgram& program, const MemoryImage& image,
                                            std::size_t running) {
  const Standing standing = was_here(&image) ? Standing::Proven : Standing::New;
  const auto of_program = by_program_.find(program);
  if (of_program == nullptr) return {nullptr, standing};
  const bool room = all_.size() < std::max(least_, running);
  Instance* chosen = standing == Standing::New || room ? newest_blank(program) : nullptr;
  if (chosen == nullptr && room) return {nullptr, standing};
  // The one that was not asked for longest.
  if (chosen == nullptr) chosen = &instance_of(of_program->front());
  auto instance = remove(*chosen);
  instance->standing = standing;
  return {std::move(instance), standing};
}

Instance* IdleInstances::newest_blank(const LoadedProgram& program) noexcept {
  const auto found = by_image_.find(static_cast<const MemoryImage&>(*program.base_image()));
  if (found == nullptr) return nullptr;
  Instance& newest = instance_of(found->back());
  return newest.is_blank() ? &newest : nullptr;
}

std::unique_ptr<Instance> IdleInstances::remove(Instance& instance) noexcept {
  all_.erase(all_.iterator_to(instance));
  by_program_.remove(instance.program(), instance);
  by_image_.remove(instance.image(), instance);
  return std::unique_ptr<Instance>(&instance);
}

void IdleInstances::remember(const Image* image) noexcept {
  if (was_here(image)) return;
  gone_[next_gone_] = image;
  next_gone_ = (next_gone_ + 1) % gone_.size();
}

bool IdleInstances::was_here(const Image* image) const noexcept {
  return std::ranges::find(gone_, image) != gone_.end();
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
