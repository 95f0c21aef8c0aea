// Why a request is refused: the status to answer and a static text for people.
#pragma once

#include <string_view>

namespace wws::http {

struct Refusal {
  int status = 400;
  std::string_view text;
};

}  // namespace wws::http
