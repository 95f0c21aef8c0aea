#include "router/trie.h"

#include <algorithm>

namespace wws::router {

Trie::NodeId Trie::child(NodeId parent, const Segment& segment) {
  const auto fresh = static_cast<NodeId>(nodes_.size());
  if (segment.kind == RouteKind::Static) {
    const auto [entry, added] = nodes_[parent].statics.try_emplace(segment.text, fresh);
    const NodeId id = entry->second;
    if (added) nodes_.emplace_back();
    return id;
  }
  auto& dynamics = nodes_[parent].dynamics;
  const auto at =
      std::ranges::lower_bound(dynamics, segment.text, {}, &std::pair<std::string, NodeId>::first);
  if (at != dynamics.end() && at->first == segment.text) return at->second;
  dynamics.emplace(at, segment.text, fresh);
  nodes_.emplace_back();
  return fresh;
}

void Trie::insert(std::span<const Segment> segments, std::size_t route) {
  if (!segments.empty() && segments.back().kind == RouteKind::Tail)
    segments = segments.first(segments.size() - 1);
  NodeId id = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    nodes_[id].height = std::max(nodes_[id].height, segments.size() - i);
    id = child(id, segments[i]);
  }
  nodes_[id].route = route;
}

std::optional<std::size_t> Trie::find_exact(std::span<const std::string_view> path) const {
  return exact(0, path);
}

std::optional<std::size_t> Trie::exact(NodeId id, std::span<const std::string_view> rest) const {
  const Node& node = nodes_[id];
  if (rest.empty()) return node.route;
  if (rest.size() > node.height) return std::nullopt;
  if (const auto next = node.statics.find(rest.front()); next != node.statics.end())
    if (const auto found = exact(next->second, rest.subspan(1))) return found;
  for (const auto& [name, next] : node.dynamics)
    if (const auto found = exact(next, rest.subspan(1))) return found;
  return std::nullopt;
}

std::optional<std::size_t> Trie::find_tail(std::span<const std::string_view> path) const {
  Longest best;
  longest(0, 0, path, best);
  return best.route;
}

void Trie::longest(NodeId id, std::size_t depth, std::span<const std::string_view> path,
                   Longest& best) const {
  const Node& node = nodes_[id];
  // Equal depths come here in the order of compare(), so the first one stays.
  if (node.route && (!best.route || depth > best.depth)) best = {node.route, depth};
  if (depth + 1 >= path.size()) return;
  const std::size_t reach = std::min(depth + node.height, path.size() - 1);
  if (best.route && reach <= best.depth) return;
  if (const auto next = node.statics.find(path[depth]); next != node.statics.end())
    longest(next->second, depth + 1, path, best);
  for (const auto& [name, next] : node.dynamics) {
    if (best.route && reach <= best.depth) return;
    longest(next, depth + 1, path, best);
  }
}

}  // namespace wws::router
