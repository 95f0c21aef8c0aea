#include "router/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "router/pattern.h"
#include "router/trie.h"

namespace wws::router {
namespace {

// A request's path, decoded, with its segments.
struct RequestPath {
  std::string text;  // "/a/b"; "" for the root. May hold slashes that were encoded.
  std::vector<std::string_view> segments;  // into `text`
  bool encoded_slash = false;
};

// Calls `visit` with each non-empty part between slashes, until it returns false.
template <typename Visit>
bool each_part(std::string_view path, Visit visit) {
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at && !visit(path.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

bool read_path(std::string_view raw, RequestPath& path) {
  if (!raw.empty() && raw.front() != '/') return false;
  path.text.reserve(raw.size());  // never moves: decoding only shortens
  const bool decoded = each_part(raw, [&](std::string_view part) {
    path.text += '/';
    const std::size_t at = path.text.size();
    if (!append_percent_decoded(path.text, part)) return false;
    const std::string_view segment = std::string_view(path.text).substr(at);
    if (segment == "." || segment == "..") return false;
    path.encoded_slash |= segment.find('/') != std::string_view::npos;
    path.segments.push_back(segment);
    return true;
  });
  return decoded && is_utf8(path.text);
}

std::vector<std::string> prefix_segments(std::string_view prefix) {
  std::vector<std::string> segments;
  each_part(prefix, [&](std::string_view part) {
    segments.push_back(percent_decode(part).value_or(std::string(part)));
    return true;
  });
  return segments;
}

bool starts_with(std::span<const std::string_view> path, std::span<const std::string> prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

struct Candidate {
  Pattern pattern;
  std::string file;
  std::size_t target;

  // Which of two files for one route wins.
  [[nodiscard]] auto rank() const {
    const int extension = file.ends_with(".js") ? 0 : file.ends_with(".wasm") ? 1 : 2;
    return std::tuple(extension, std::ranges::count(file, '/'), std::string_view(file));
  }
};

bool goes_before(const Candidate& a, const Candidate& b) {
  const int order = compare(a.pattern, b.pattern);
  return order != 0 ? order < 0 : a.rank() < b.rank();
}

config::Mistake doubled(const Candidate& loser, const Candidate& winner) {
  return {loser.file, 0, "",
          fmt::format("answers the same paths as '{}', which wins: rename or remove one of the two",
                      winner.file)};
}

// Takes out what can never be reached because an earlier one answers the same paths.
std::vector<Candidate> without_doubles(std::vector<Candidate> candidates,
                                       config::Mistakes& mistakes) {
  std::ranges::sort(candidates, goes_before);
  TextMap<std::size_t> winners;
  std::vector<Candidate> kept;
  for (Candidate& candidate : candidates) {
    const auto [winner, first] = winners.try_emplace(shape_of(candidate.pattern), kept.size());
    if (first)
      kept.push_back(std::move(candidate));
    else
      mistakes.push_back(doubled(candidate, kept[winner->second]));
  }
  return kept;
}

using Params = std::vector<std::pair<std::string, std::string>>;

Params params_of(const Pattern& pattern, std::span<const std::string_view> path) {
  Params params;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const Segment& segment = pattern[i];
    if (segment.kind == RouteKind::Dynamic) params.emplace_back(segment.text, path[i]);
    if (segment.kind != RouteKind::Tail) continue;
    std::string rest;
    for (std::size_t j = i; j < path.size(); ++j) {
      if (j > i) rest += '/';
      rest += path[j];
    }
    params.emplace_back(segment.text, std::move(rest));
  }
  return params;
}

}  // namespace

struct Router::Index {
  std::vector<std::string> prefix;
  std::vector<Pattern> patterns;  // of each route
  TextMap<std::size_t> statics;   // by "/a/b"; "" for the root
  Trie dynamics;
  Trie tails;

  void add(Pattern pattern) {
    const std::size_t route = patterns.size();
    switch (kind_of(pattern)) {
      case RouteKind::Static: statics.emplace(to_path(pattern), route); break;
      case RouteKind::Dynamic: dynamics.insert(pattern, route); break;
      case RouteKind::Tail: tails.insert(pattern, route); break;
    }
    patterns.push_back(std::move(pattern));
  }

  [[nodiscard]] std::optional<std::size_t> find(std::string_view text, bool encoded_slash,
                                                std::span<const std::string_view> path) const {
    // No file's name has a slash in it, so with an encoded one the text would be another path's.
    if (!encoded_slash)
      if (const auto found = statics.find(text); found != statics.end()) return found->second;
    if (const auto found = dynamics.find_exact(path)) return found;
    return tails.find_tail(path);
  }
};

Router::Built Router::build(const std::vector<std::string>& files, std::string_view prefix) {
  Built built;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto pattern = parse_pattern(files[i]);
    if (pattern)
      candidates.push_back({*std::move(pattern), files[i], i});
    else
      built.mistakes.push_back({files[i], 0, "", std::move(pattern).error()});
  }
  const std::string mount = normalize_prefix(prefix);
  auto index = std::make_shared<Index>();
  index->prefix = prefix_segments(mount);
  for (Candidate& candidate : without_doubles(std::move(candidates), built.mistakes)) {
    std::string path = mount + to_path(candidate.pattern);
    if (path.empty()) path = "/";
    built.router.routes_.push_back(
        {std::move(path), std::move(candidate.file), candidate.target, kind_of(candidate.pattern)});
    index->add(std::move(candidate.pattern));
  }
  built.router.index_ = std::move(index);
  return built;
}

std::optional<Match> Router::match(std::string_view raw_path) const {
  RequestPath path;
  if (!index_ || !read_path(raw_path, path)) return std::nullopt;
  if (!starts_with(path.segments, index_->prefix)) return std::nullopt;
  const auto below = std::span(path.segments).subspan(index_->prefix.size());
  std::size_t mount = 0;
  for (const std::string& segment : index_->prefix) mount += 1 + segment.size();
  const auto found =
      index_->find(std::string_view(path.text).substr(mount), path.encoded_slash, below);
  if (!found) return std::nullopt;
  return Match{&routes_[*found], params_of(index_->patterns[*found], below)};
}

std::string normalize_prefix(std::string_view prefix) {
  std::string slashed(prefix);
  std::ranges::replace(slashed, '\\', '/');
  const std::string path = normalize_path(slashed);
  return path == "/" ? "" : path;
}

std::string normalize_path(std::string_view raw_path) {
  std::string path;
  path.reserve(raw_path.size() + 1);
  each_part(raw_path, [&](std::string_view part) {
    path += '/';
    path += part;
    return true;
  });
  return path.empty() ? "/" : path;
}

std::optional<std::string> strip_prefix(std::string_view raw_path, std::string_view prefix) {
  const std::vector<std::string> mount = prefix_segments(normalize_prefix(prefix));
  std::size_t passed = 0;
  std::string below;
  const bool inside = each_part(raw_path, [&](std::string_view part) {
    if (passed < mount.size()) return percent_decode(part) == mount[passed++];
    below += '/';
    below += part;
    return true;
  });
  if (!inside || passed < mount.size()) return std::nullopt;
  return below.empty() ? "/" : below;
}

}  // namespace wws::router
