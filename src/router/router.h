// Router: file names to routes, request paths to routes and parameters. Pure; immutable once built,
// so it may be shared between threads.
//
// A route comes from a file's path: `index` components vanish, `[id]` matches one segment,
// `[...slug]` the rest of the path (also nothing). Order: static routes, then dynamic ones (fewer
// segments first), then catch-alls (more segments first); within one, Static < Dynamic < Tail,
// segment by segment, then by name.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/mistake.h"

namespace wws::router {

enum class RouteKind : unsigned char { Static, Dynamic, Tail };

struct Route {
  std::string path;    // as printed, with prefix: "/api/[id]"
  std::string file;    // relative, "api/[id].js"
  std::size_t target;  // index into the list that build() was given
  RouteKind kind;
};

struct Match {
  const Route* route;  // lives as long as the router
  std::vector<std::pair<std::string, std::string>> params;  // decoded, in the order of the path
};

class Router {
 public:
  struct Built;

  // `files` are relative paths of workers ("api/[id].js"); `prefix` as the user gave it. Illegal
  // names and doubled routes become mistakes; the doubled route's winner is the first of: .js before
  // .wasm, then `x.js` before `x/index.js`, then byte order.
  [[nodiscard]] static Built build(const std::vector<std::string>& files, std::string_view prefix);

  // The best route for a raw (percent-encoded) request path. Repeated and trailing slashes do not
  // count. Nothing when there is none.
  [[nodiscard]] std::optional<Match> match(std::string_view raw_path) const;
  // In the order in which they are tried.
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  struct Segment {
    RouteKind kind;
    std::string text;  // the literal, decoded, or the parameter's name
  };
  std::vector<Route> routes_;
  std::vector<std::vector<Segment>> segments_;  // of each route
};

struct Router::Built {
  Router router;
  config::Mistakes mistakes;  // warnings of doubled routes and errors of illegal names
};

// "/app" for "app", "/app/" and "\app\"; "" for "".
[[nodiscard]] std::string normalize_prefix(std::string_view prefix);
// Merges repeated slashes and drops trailing ones ("/" stays): "//a/b/" -> "/a/b". Not decoded.
[[nodiscard]] std::string normalize_path(std::string_view raw_path);
// Percent-decoding; nothing where an escape is malformed. NUL bytes are kept.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace wws::router
