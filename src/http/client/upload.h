// Upload: the pieces of a streamed request body, held against the length that was announced.
#pragma once

#include <cstdint>
#include <string>

#include "http/exchange.h"

namespace wws::http {

class Upload final {
 public:
  // Borrows the source.
  explicit Upload(BodySource& source) : source_(source), announced_(source.length()) {}
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // The next bytes; none at the end. Errors: those of the source, Invalid when it does not keep to
  // its length.
  Task<Result<std::string>> next();
  [[nodiscard]] bool has_length() const noexcept { return announced_.has_value(); }
  // Whether all that was announced has been given.
  [[nodiscard]] bool is_complete() const noexcept { return announced_ && given_ == *announced_; }
  // Whether something of the source is gone.
  [[nodiscard]] bool has_begun() const noexcept { return begun_; }

 private:
  BodySource& source_;
  std::optional<std::uint64_t> announced_;
  std::uint64_t given_ = 0;
  bool begun_ = false;
};

}  // namespace wws::http
