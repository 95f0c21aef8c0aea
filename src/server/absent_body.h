// What an answer without a body, to HEAD or a 304, says of the body that a GET gets in its place
// where that is compressed: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2 and
// #section-15.4.5. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "http/coding.h"

namespace wws::server {

// How bodies are compressed: in which codings, most liked first, and from which size on.
struct CodingTerms {
  std::span<const http::Coding> offered;
  std::size_t least_bytes;
};

[[nodiscard]] bool is_without_body(const http::RequestHead& request,
                                   const http::ResponseHead& response) noexcept;

// Gives an answer that is without one the fields of the answer with one. `length` is what would be
// sent to HEAD; none, and 0, say nothing of what GET gets. A 304 without a type is taken for one of
// text; its ETag stays strong for a client that names it so, which has what that is of.
// True: GET gets it compressed, so that no length may be told.
[[nodiscard]] bool describe_absent_body(const http::RequestHead& request,
                                        http::ResponseHead& response,
                                        std::optional<std::uint64_t> length, CodingTerms terms);

}  // namespace wws::server
