#include "server/send_file.h"

namespace wws::server {
namespace {

// A file up to this size is read and goes out with its head in one write.
constexpr std::size_t kSmallBytes = 64 * 1024;

http::ResponseHead head_of(http::FileResponse& response) {
  http::ResponseHead head;
  head.status = response.status;
  for (auto& header : response.headers)
    head.headers.add(std::move(header.name), std::move(header.value));
  return head;
}

}  // namespace

Task<Result<void>> send_file(http::Exchange& exchange, http::FileResponse response) {
  http::ResponseHead head = head_of(response);
  const std::uint64_t length = response.length.value_or(0);
  if (length <= kSmallBytes && exchange.request().method != "HEAD") {
    std::string body;
    for (const auto& piece : response.body.pieces) {
      auto bytes = http::read_piece(response.body, piece, 0, kSmallBytes);
      if (!bytes) co_return fail(std::move(bytes).error());
      body += *bytes;
    }
    if (body.size() == length) {
      auto sent = co_await exchange.respond(std::move(head), std::move(body));
      co_return sent;
    }
    co_return fail(ErrorKind::Gone, "the file changed while it was read");
  }
  auto started = co_await exchange.start(std::move(head), response.length);
  if (!started) co_return started;
  for (const auto& piece : response.body.pieces) {
    Result<void> written;
    if (!piece.text.empty())
      written = co_await exchange.write(piece.text);
    else if (response.body.bytes)
      written = co_await exchange.write(std::string_view(*response.body.bytes)
                                            .substr(static_cast<std::size_t>(piece.offset),
                                                    static_cast<std::size_t>(piece.length)));
    else
      written = co_await exchange.write_file(response.body.file->descriptor(), piece.offset,
                                             piece.length);
    if (!written) {
      exchange.abort();
      co_return written;
    }
  }
  auto finished = co_await exchange.finish();
  co_return finished;
}

}  // namespace wws::server
