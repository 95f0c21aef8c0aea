// HeaderRules: what a `_headers` file adds to the answers of static files, in the format of Netlify
// and Cloudflare Pages.
//
//   /assets/*
//     Cache-Control: public, max-age=604800
//     ! ETag
//
// All rules whose path matches count, in the order of the file: the fields of one name are joined
// by a comma, and replace what the server had set itself. "! Name" takes a field away. Pure;
// immutable once parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/mistake.h"
#include "http/message.h"
#include "router/rule_path.h"

namespace wws::router {

class HeaderRules {
 public:
  struct Parsed;

  // `file` is what mistakes are said of; a line that is one does not count.
  [[nodiscard]] static Parsed parse(std::string_view file, std::string_view text);

  // Changes the fields of an answer for a raw path below the site's prefix.
  void apply(std::string_view raw_path, http::Headers& fields) const;
  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

  static constexpr std::size_t kMostRules = 1000;

 private:
  struct Rule {
    RulePath path;
    std::vector<http::Header> added;
    std::vector<std::string> removed;
  };

  std::vector<Rule> rules_;
};

struct HeaderRules::Parsed {
  HeaderRules rules;
  config::Mistakes mistakes;
};

}  // namespace wws::router
