// Request ids: what a request is called in logs, on failure pages and by the worker that answers.
//
// Every request has one: X-Request-Id of a trusted proxy if that is well-formed, else one of 32
// hexadecimal digits that is made here. An id tells requests apart and is no secret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::http {

inline constexpr std::string_view kRequestId = "x-request-id";

// Belongs to one loop. Different seeds give different ids.
class RequestIds final {
 public:
  explicit RequestIds(std::uint64_t seed) noexcept : state_(seed) {}
  [[nodiscard]] std::string next();
  [[nodiscard]] std::uint64_t next_number() noexcept;

 private:
  std::uint64_t state_;
};

// 1 to 128 letters, digits and "-_.:+/=@": nothing that a log or a page could read as its own.
[[nodiscard]] bool is_request_id(std::string_view text) noexcept;

enum class Believed : bool { No, Yes };
// Settles the id: in `request_id` and as the only field of its name.
void identify(RequestHead& head, Believed believed, RequestIds& ids);

}  // namespace wws::http
