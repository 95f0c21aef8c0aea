// H2ResponseFields: the fields of an HTTP/2 response, one by one, to its head.
//
// nghttp2 has checked the grammar (one :status of three digits before the others, lower case,
// nothing of the connection, one content-length). What is checked here is the size and what
// ResponseReader refuses too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace wws::http {

class H2ResponseFields final {
 public:
  explicit H2ResponseFields(std::uint32_t max_head_bytes) noexcept
      : max_head_bytes_(max_head_bytes) {}

  // Exhausted over a bound (kMostFields is one), Internal where the field is malformed.
  [[nodiscard]] Result<void> add(std::string_view name, std::string_view value);
  // When all have come. An interim response (1xx) is dropped: add() may begin anew.
  [[nodiscard]] bool is_interim() const noexcept { return head_.status < 200; }
  void restart() noexcept;
  [[nodiscard]] Result<ResponseHead> finish();
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept { return length_; }

 private:
  std::uint32_t max_head_bytes_;
  std::uint64_t bytes_ = 0;
  std::uint32_t fields_ = 0;
  ResponseHead head_{.status = 0, .reason = {}, .headers = {}};
  std::optional<std::uint64_t> length_;
};

}  // namespace wws::http
