// Why a request is refused: the status to answer and a static text for people.
#pragma once

#include <string_view>

namespace wws::http {

struct Refusal {
  int status = 400;
  std::string_view text;
};

struct ConnectionGroup;
// The bound that was gone past, if it was one that no clock has counted.
void count(const Refusal& refusal, const ConnectionGroup& group) noexcept;

}  // namespace wws::http
