// Trie: many patterns with parameters, searched by segments. Finds what a scan in the order of
// compare() (pattern.h) would find first, and visits only what can match. Private to the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "router/pattern.h"

namespace wws::router {

// Lets a map of strings be asked with a view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};
template <typename T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

class Trie final {
 public:
  // A tail, if there is one, ends the segments and is not stored: the route stands where it begins.
  void insert(std::span<const Segment> segments, std::size_t route);

  // The route with exactly these segments.
  [[nodiscard]] std::optional<std::size_t> find_exact(std::span<const std::string_view> path) const;
  // The longest route that leaves at least one segment to its tail (the root's: also none).
  [[nodiscard]] std::optional<std::size_t> find_tail(std::span<const std::string_view> path) const;

 private:
  using NodeId = std::uint32_t;
  struct Node {
    TextMap<NodeId> statics;
    std::vector<std::pair<std::string, NodeId>> dynamics;  // by name
    std::optional<std::size_t> route;
    std::size_t height = 0;  // segments below, at most
  };
  struct Longest {
    std::optional<std::size_t> route;
    std::size_t depth = 0;
  };

  NodeId child(NodeId parent, const Segment& segment);
  std::optional<std::size_t> exact(NodeId id, std::span<const std::string_view> rest) const;
  void longest(NodeId id, std::size_t depth, std::span<const std::string_view> path,
               Longest& best) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace wws::router
