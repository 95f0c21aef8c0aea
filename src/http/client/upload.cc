#include "http/client/upload.h"

#include <fmt/format.h>

namespace wws::http {

Task<Result<std::string>> Upload::next() {
  begun_ = true;
  auto piece = co_await source_.read();
  if (!piece) co_return fail(std::move(piece).error().with_context("reading the request body"));
  given_ += piece->size();
  const bool last = piece->empty();
  if (announced_ && (given_ > *announced_ || (last && given_ != *announced_)))
    co_return fail(ErrorKind::Invalid,
                   fmt::format("the request body is not of the announced {} bytes", *announced_));
  co_return piece;
}

}  // namespace wws::http
