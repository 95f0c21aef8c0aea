// The `.env` file: variables that only [vars] can see, where they say "$NAME".
//
// One variable a line, NAME=value; "export " may stand before it, blanks around both do not count.
// Names are letters, digits and '_', no digit first. A line that is blank or begins with '#' is
// none.
//   plain     up to the end of the line or a " #" comment
//   'single'  as it is
//   "double"  with \n \r \t \\ \" \$
// Quoted values may span lines; after them only a comment. Nothing is replaced inside a value: '$'
// is a character like others. Of a name that is there twice, the last counts.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "config/mistake.h"

namespace wws::config {

struct Dotenv {
  std::map<std::string, std::string, std::less<>> variables;
  Mistakes mistakes;  // of lines that do not count; never a part of a value
};

[[nodiscard]] Dotenv parse_dotenv(std::string_view file, std::string_view text);

}  // namespace wws::config
