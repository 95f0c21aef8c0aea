// Router: file names to routes, request paths to routes and parameters. Pure; immutable once built,
// so it may be shared between threads.
//
// A route comes from a file's path: `index` components vanish, `[id]` matches one segment,
// `[...slug]`, which must be last, the rest of the path: one segment or more, at the root also
// none. Names of parameters are letters, digits and '_'. Order: static routes, then dynamic ones
// (fewer segments first), then catch-alls (more segments first); within one, segment by segment,
// Static < Dynamic < Tail and then by name.
//
// A prefix is transparent: "/app" is to the routes below it what "/" is without one.
#pragma once

#include <cstddef>
#include <memory>
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
  const Route* route;                                       // lives as long as the router
  std::vector<std::pair<std::string, std::string>> params;  // decoded, in the order of the path
};

class Router {
 public:
  struct Built;

  // `files` are relative paths of workers ("api/[id].js"); `prefix` as the user gave it. Illegal
  // names and doubled routes become mistakes and are no routes; the doubled route's winner is the
  // first of: .js before .wasm, then `x.js` before `x/index.js`, then byte order. Routes that
  // differ only in the names of parameters are doubled too: the first by name wins.
  [[nodiscard]] static Built build(const std::vector<std::string>& files, std::string_view prefix);

  // The best route for a raw (percent-encoded) request path. Repeated and trailing slashes do not
  // count; segments are compared decoded, and an encoded slash splits none. Nothing when there is
  // no route, and for paths that no two readers understand alike: malformed escapes, what is not
  // UTF-8, and dot segments ("..", also encoded), which a URL parser in a worker would resolve.
  [[nodiscard]] std::optional<Match> match(std::string_view raw_path) const;
  // In the order in which they are tried.
  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  struct Index;

  std::vector<Route> routes_;
  std::shared_ptr<const Index> index_;  // null: no routes
};

struct Router::Built {
  Router router;
  config::Mistakes mistakes;  // warnings of doubled routes and errors of illegal names
};

// "/app" for "app", "/app/" and "\app\"; "" for "".
[[nodiscard]] std::string normalize_prefix(std::string_view prefix);
// Merges repeated slashes and drops trailing ones ("/" stays): "//a/b/" -> "/a/b". Not decoded.
[[nodiscard]] std::string normalize_path(std::string_view raw_path);
// What a request path is below a prefix, for files that are mounted there: normalized, "/" for the
// prefix itself. Nothing when it is not below it. Segments are compared decoded, as match() does.
[[nodiscard]] std::optional<std::string> strip_prefix(std::string_view raw_path,
                                                      std::string_view prefix);

}  // namespace wws::router
