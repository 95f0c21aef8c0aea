// BodyEncoder: a response's body in a content coding, piece by piece.
//
// Belongs to one loop. A step computes for half a millisecond at most; between steps of a longer
// text the loop gets its turn.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "codec/codec.h"
#include "http/coding.h"
#include "io/task.h"

namespace wws::server {

class BodyEncoder final {
 public:
  // `coding` is not Identity. Errors: Exhausted.
  [[nodiscard]] static Result<std::unique_ptr<BodyEncoder>> create(http::Coding coding);
  BodyEncoder(const BodyEncoder&) = delete;
  BodyEncoder& operator=(const BodyEncoder&) = delete;
  ~BodyEncoder() = default;

  // What comes out for `text`, which is borrowed until this completes. With Flush that is all of
  // it, with Last the end of the coding, too. Errors: Internal.
  Task<Result<std::string>> encode(std::string_view text, codec::Codec::Input input);

 private:
  explicit BodyEncoder(std::unique_ptr<codec::Codec> codec) noexcept : codec_(std::move(codec)) {}

  std::unique_ptr<codec::Codec> codec_;
};

}  // namespace wws::server
