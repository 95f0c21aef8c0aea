// What became of a wish to read the project again.
#pragma once

#include <string>
#include <vector>

namespace wws::server {

struct ReloadOutcome {
  bool reloaded = false;
  std::string text;                   // one line
  std::vector<std::string> mistakes;  // why not, or what there is in spite of it
};

}  // namespace wws::server
