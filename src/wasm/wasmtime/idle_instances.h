// IdleInstances: instances between two leases, and which of them gives way to another image.
//
// An instance that is asked for again by the same image is worth keeping, one that was not is the
// best to switch, while it is still in cache: with thousands of images asked for at random, 64
// instances in turn are all cold, and a few that are switched over and over are not. So this is 2Q
// (Johnson and Shasha, "2Q: A Low Overhead High Performance Buffer Management Replacement
// Algorithm", VLDB 1994): newcomers pass through a short queue; the image of one that was switched
// away is remembered, and when it comes back it gets an instance to stay.
//
// Owns the instances; everything takes constant time. Belongs to one loop.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "wasm/wasmtime/instance.h"

namespace wws::wasm {

class IdleInstances final {
 public:
  // `least`: instances that are kept while nothing runs.
  explicit IdleInstances(std::size_t least) : least_(least), gone_(least) {}
  IdleInstances(const IdleInstances&) = delete;
  IdleInstances& operator=(const IdleInstances&) = delete;
  ~IdleInstances() { clear(); }

  // `running`: leases beside this one. As many may be idle: where hundreds run at once they come
  // and go in crowds, and when the crowd is gone so are its instances. Returns how many had to go,
  // the ones used longest ago.
  std::size_t put(std::unique_ptr<Instance> instance, std::size_t running);
  // One of the image, the last that was used; null when there is none.
  [[nodiscard]] std::unique_ptr<Instance> take(const LoadedProgram& program,
                                               const MemoryImage& image);

  // Of the program, which had none of the image.
  struct Choice {
    std::unique_ptr<Instance> instance;  // to be switched; null: one is to be made
    Standing standing = Standing::New;   // of either
  };
  [[nodiscard]] Choice choose(const LoadedProgram& program, const MemoryImage& image,
                              std::size_t running);

  // Destroys those; how many they were.
  std::size_t drop(const std::function<bool(const Instance&)>& which);
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  // Ascending by last use.
  template <IdleHook IdleHooks::* hook>
  using List =
      boost::intrusive::list<IdleHooks, boost::intrusive::member_hook<IdleHooks, IdleHook, hook>>;
  using OfProgram = List<&IdleHooks::of_program>;
  struct Queues {
    OfProgram fresh, proven;
    [[nodiscard]] OfProgram& of(Standing standing) noexcept {
      return standing == Standing::Proven ? proven : fresh;
    }
  };

  [[nodiscard]] std::unique_ptr<Instance> remove(Instance& instance) noexcept;
  [[nodiscard]] std::unique_ptr<Instance> remove_oldest(OfProgram& list) noexcept;
  void remember(const MemoryImage& image) noexcept;
  [[nodiscard]] bool was_here(const MemoryImage& image) noexcept;

  const std::size_t least_;
  List<&IdleHooks::of_all> all_;
  std::unordered_map<const LoadedProgram*, Queues> by_program_;
  std::unordered_map<const MemoryImage*, List<&IdleHooks::of_image>> by_image_;
  // Images whose instance was switched away; a ring. Only compared, for they may be dead.
  std::vector<const MemoryImage*> gone_;
  std::size_t next_gone_ = 0;
};

}  // namespace wws::wasm
