// Content codings of responses: which one a client wants, and what is worth coding.
// https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1 and #section-12.5.3. Pure.
#pragma once

#include <span>
#include <string_view>

#include "http/message.h"

namespace wws::http {

enum class Coding : unsigned char { Identity, Gzip, Zstd, Brotli };

// "gzip", "zstd", "br"; "identity".
[[nodiscard]] std::string_view name_of(Coding coding) noexcept;

// The coding of `offered`, most liked first, that Accept-Encoding wants most: the highest quality
// wins, then the order of `offered`. Identity without the field, where nothing of `offered` is
// acceptable, and where identity is wanted more. Malformed elements do not count.
[[nodiscard]] Coding choose_coding(std::span<const Header> request,
                                   std::span<const Coding> offered) noexcept;

// Whether bytes of this media type become smaller: text, and not what is a stream of events, which
// must not wait for more.
[[nodiscard]] bool is_compressible(std::string_view media_type) noexcept;

// Whether a response may be coded by someone between its author and the client: it has a body that
// is whole and not coded yet, its type is compressible, and nobody forbids it (no-transform).
[[nodiscard]] bool may_encode(const RequestHead& request, const ResponseHead& response) noexcept;

// Marks a response whose coding depends on Accept-Encoding, whichever was chosen.
void vary_by_coding(Headers& response);
// What `coding` changes in the headers: Content-Encoding; a strong ETag, which names other bytes,
// becomes weak (https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1); no ranges are offered.
void mark_encoded(Headers& response, Coding coding);

}  // namespace wws::http
