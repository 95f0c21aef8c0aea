// IdleInstances: instances between two leases, and which of them gives way to another image.
//
// An instance that is asked for again by the same image is worth keeping; with thousands of images
// asked for at random, 64 instances in turn are all cold, and one that is switched over and over is
// not. So this is 2Q (Johnson and Shasha, "2Q: A Low Overhead High Performance Buffer Management
// Replacement Algorithm", VLDB 1994) with an empty first queue: an instance of an image that is new
// here is blank after its lease, and only the image's name stays; when it comes back soon, it gets
// an instance to keep.
//
// Owns the instances; everything takes constant time. Belongs to one loop.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>

#include "wasm/wasmtime/instance.h"

namespace wws::wasm {

class IdleInstances final {
 public:
  // `least`: instances that are kept while nothing runs.
  explicit IdleInstances(std::size_t least) : least_(least) {}
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

  // After a lease of the image that left its instance blank.
  void remember(const Image* image) noexcept;

  // Destroys those; how many they were.
  std::size_t drop(const std::function<bool(const Instance&)>& which);
  void clear() noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }

 private:
  // Ascending by last use.
  template <IdleHook IdleHooks::* hook>
  using List =
      boost::intrusive::list<IdleHooks, boost::intrusive::member_hook<IdleHooks, IdleHook, hook>>;
  // The instances of each key that has any. The node of the key that went last is used for the next
  // one, so that a pool with one instance allocates nothing.
  template <typename Key, IdleHook IdleHooks::* hook>
  struct Lists {
    std::unordered_map<const Key*, List<hook>> of;
    typename std::unordered_map<const Key*, List<hook>>::node_type spare;

    void add(const Key& key, IdleHooks& one);
    void remove(const Key& key, IdleHooks& one) noexcept;
    // Null when there is none.
    [[nodiscard]] List<hook>* find(const Key& key) noexcept {
      const auto found = of.find(&key);
      return found == of.end() ? nullptr : &found->second;
    }
  };

  [[nodiscard]] std::unique_ptr<Instance> remove(Instance& instance) noexcept;
  [[nodiscard]] Instance* newest_blank(const LoadedProgram& program) noexcept;
  [[nodiscard]] bool was_here(const Image* image) const noexcept;

  const std::size_t least_;
  List<&IdleHooks::of_all> all_;
  Lists<LoadedProgram, &IdleHooks::of_program> by_program_;
  Lists<MemoryImage, &IdleHooks::of_image> by_image_;
  // Images whose instance is blank again; a ring. Only compared, for they may be dead.
  // Few: a blank instance in cache becomes any image as fast as one that is not puts itself back.
  std::array<const Image*, 16> gone_{};
  std::size_t next_gone_ = 0;
};

}  // namespace wws::wasm
