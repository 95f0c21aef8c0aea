// Redirects: what a `_redirects` file says, in the format of Netlify and Cloudflare Pages.
//
//   # from            to                     status
//   /old              /new                   301
//   /news/:year/*     /blog/:year/:splat     302
//   /*                /index.html            200
//
// The status is 302 without one; 301, 302, 303, 307 and 308 send the client elsewhere, 200 and 404
// answer with another path of the site. "!" behind a status: the rule goes before everything else.
// The first rule of the file that matches counts. Pure; immutable once parsed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/mistake.h"
#include "router/rule_path.h"

namespace wws::router {

struct Redirection {
  int status = 302;
  // Percent-encoded: a URL or a path with its query, where the client is sent to; or the path that
  // answers instead.
  std::string target;

  [[nodiscard]] bool elsewhere() const noexcept { return status >= 300 && status < 400; }
};

class Redirects {
 public:
  struct Parsed;

  // `file` is what mistakes are said of; a line that is one is no rule.
  [[nodiscard]] static Parsed parse(std::string_view file, std::string_view text);

  enum class Order : bool { Forced, Fallback };
  // Of a raw path below the site's prefix and its query, which goes along where the target has
  // none.
  [[nodiscard]] std::optional<Redirection> match(std::string_view raw_path, std::string_view query,
                                                 Order order) const;
  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }
  [[nodiscard]] std::size_t count() const noexcept { return rules_.size(); }

  static constexpr std::size_t kMostRules = 2100;

 private:
  struct Rule {
    RulePath from;
    std::string to;
    int status;
    Order order;
  };

  static std::expected<Rule, std::string> parse_rule(std::string_view line);
  void add(Rule rule);

  std::vector<Rule> rules_;
  // Numbers of rules: those of one path, and the others.
  std::unordered_map<std::string, std::vector<std::size_t>> literal_;
  std::vector<std::size_t> patterns_;
  bool any_forced_ = false;
};

struct Redirects::Parsed {
  Redirects redirects;
  config::Mistakes mistakes;
};

}  // namespace wws::router
