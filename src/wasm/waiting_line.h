// WaitingLine: who waits for an instance, in order of arrival, found by image.
//
// The first of those whose image has room is taken, and a crowd that waits for one image is passed
// over as a whole: that costs as many looks as there are images without room, however many wait.
//
// Owns nobody. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

namespace wws::wasm {

template <typename Image, typename Waiter>
class WaitingLine {
 public:
  using Place = std::uint64_t;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

  // The waiter stays until it leaves or is taken.
  Place join(const Image* image, Waiter& waiter) {
    const Place place = ++last_;
    auto& group = groups_[image];
    if (group.empty()) fronts_.emplace(place, &group);
    group.emplace(place, Entry{image, &waiter});
    ++size_;
    return place;
  }

  // Requires: it was neither taken nor has it left.
  void leave(const Image* image, Place place) noexcept {
    const auto group = groups_.find(image);
    const bool was_front = group->second.begin()->first == place;
    group->second.erase(place);
    --size_;
    if (!was_front) return;
    auto front = fronts_.extract(place);
    if (group->second.empty()) {
      groups_.erase(group);
    } else {
      front.key() = group->second.begin()->first;
      fronts_.insert(std::move(front));
    }
  }

  // The one who has waited longest of those whose image `has_room`; nullptr where there is none.
  template <typename HasRoom>
  [[nodiscard]] Waiter* take_first(HasRoom&& has_room) {
    for (const auto& [place, group] : fronts_) {
      const Entry first = group->begin()->second;
      if (!has_room(first.image)) continue;
      leave(first.image, place);
      return first.waiter;
    }
    return nullptr;
  }

 private:
  struct Entry {
    const Image* image;
    Waiter* waiter;
  };
  using Group = std::map<Place, Entry>;

  std::unordered_map<const Image*, Group> groups_;  // none is empty
  std::map<Place, Group*> fronts_;                  // each group by its first
  std::size_t size_ = 0;
  Place last_ = 0;
};

}  // namespace wws::wasm
