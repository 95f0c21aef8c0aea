#include "server/decorated_exchange.h"

namespace wws::server {

Task<Result<void>> DecoratedExchange::respond(http::ResponseHead head, std::string body) {
  cors_.apply(inner_.request(), head.headers);
  const std::uint64_t size = body.size();
  auto sent = co_await inner_.respond(std::move(head), std::move(body));
  if (sent) bytes_ = size;
  co_return sent;
}

Task<Result<void>> DecoratedExchange::start(http::ResponseHead head,
                                            std::optional<std::uint64_t> length) {
  cors_.apply(inner_.request(), head.headers);
  auto started = co_await inner_.start(std::move(head), length);
  co_return started;
}

Task<Result<void>> DecoratedExchange::write(std::string_view bytes) {
  bytes_ += bytes.size();
  auto written = co_await inner_.write(bytes);
  co_return written;
}

Task<Result<void>> DecoratedExchange::write_file(int descriptor, std::uint64_t offset,
                                                 std::uint64_t length) {
  bytes_ += length;
  auto written = co_await inner_.write_file(descriptor, offset, length);
  co_return written;
}

}  // namespace wws::server
