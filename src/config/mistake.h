// Mistake: something wrong in a file or flag of the user's, with the place to mend it.
//
// Mistakes are collected and reported all at once, never one at a time.
#pragma once

#include <string>
#include <vector>

namespace wws::config {

struct Mistake {
  std::string file;  // as the user would type it, relative to the project; may be empty
  int line = 0;      // 1-based; 0: the whole file
  std::string key;   // "features.http_requests.allowed_hosts"; may be empty
  std::string what;  // what is wrong and the way out

  // "counter.toml:3: data.kv.namespace: must be a string"
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] bool operator==(const Mistake&) const = default;
};

using Mistakes = std::vector<Mistake>;

}  // namespace wws::config
