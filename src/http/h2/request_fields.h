// RequestFields: the fields of an HTTP/2 request, one by one, to the head that HTTP/1 would have
// brought (RFC 9113 section 8.3.1). nghttp2 has checked the grammar: which pseudo-header fields
// there are, their order, lower case, nothing of the connection. What is checked here is what
// h1::RequestParser checks: size and number, the method, the target and whom it names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/refusal.h"

namespace wws::http::h2 {

struct FieldLimits {
  std::uint32_t max_head_bytes = 64 * 1024;  // 0: none
  std::uint32_t max_headers = 128;           // 0: none
};

class RequestFields final {
 public:
  explicit RequestFields(const FieldLimits& limits) noexcept : limits_(limits) {}

  // What is over a bound is not kept.
  void add(std::string_view name, std::string_view value);
  // The head, when all fields are there; or why the request is refused.
  [[nodiscard]] std::optional<Refusal> finish(RequestHead& head);

  // Before finish(). As announced by Content-Length.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept { return length_; }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
  // How far the client has gone past the bound, in bounds.
  [[nodiscard]] bool far_too_large() const noexcept;

 private:
  void add_pseudo(std::string_view name, std::string_view value);
  void add_field(std::string_view name, std::string_view value);
  void refuse(int status, std::string_view text) noexcept;
  void check_target();
  void settle_authority();

  const FieldLimits limits_;
  std::optional<Refusal> refusal_;
  Headers headers_;
  std::string method_, target_, authority_, scheme_, cookie_;
  std::optional<std::string> host_;
  std::optional<std::uint64_t> length_;
  std::uint64_t bytes_ = 0;
  std::uint32_t count_ = 0;
  bool expects_continue_ = false;
};

}  // namespace wws::http::h2
