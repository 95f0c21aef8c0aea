#include "server/send_file.h"

namespace wws::server {
namespace {

// A file up to this size that is not in memory is read and goes out with its head in one write.
constexpr std::size_t kSmallBytes = 64u << 10;

http::ResponseHead head_of(http::FileResponse& response) {
  http::ResponseHead head;
  head.status = response.status;
  head.headers.reserve(response.headers.size() + 2);
  for (auto& header : response.headers)
    head.headers.add(std::move(header.name), std::move(header.value));
  return head;
}

std::string_view view_of(const http::FileBody& body, const http::FilePiece& piece) {
  if (!piece.text.empty()) return piece.text;
  return std::string_view(*body.bytes)
      .substr(static_cast<std::size_t>(piece.offset), static_cast<std::size_t>(piece.length));
}

bool is_in_memory(const http::FileBody& body, const http::FilePiece& piece) {
  return !piece.text.empty() || body.bytes != nullptr;
}

Task<Result<void>> send_small(http::Exchange& exchange, http::ResponseHead head,
                              http::FileResponse& response) {
  std::string bytes;
  for (const auto& piece : response.body.pieces) {
    auto read = http::read_piece(response.body, piece, 0, kSmallBytes);
    if (!read) co_return fail(std::move(read).error());
    bytes += *read;
  }
  if (bytes.size() != response.length.value_or(0))
    co_return fail(ErrorKind::Gone, "the file changed while it was read");
  auto sent = co_await exchange.respond(std::move(head), std::move(bytes));
  co_return sent;
}

Task<Result<void>> send_pieces(http::Exchange& exchange, http::ResponseHead head,
                               http::FileResponse& response) {
  auto started = co_await exchange.start(std::move(head), response.length);
  if (!started) co_return started;
  for (const auto& piece : response.body.pieces) {
    Result<void> written;
    if (is_in_memory(response.body, piece))
      written = co_await exchange.write(view_of(response.body, piece));
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

// Begun and not completed, it is cut.
Task<Result<void>> send_one(http::Exchange& exchange, http::ResponseHead head, int descriptor,
                            http::FilePiece piece) {
  auto sent =
      co_await exchange.respond_with_file(std::move(head), descriptor, piece.offset, piece.length);
  if (!sent && exchange.started()) exchange.abort();
  co_return sent;
}

}  // namespace

Task<Result<void>> send_file(http::Exchange& exchange, http::FileResponse& response) {
  http::ResponseHead head = head_of(response);
  const http::FileBody& body = response.body;
  if (body.pieces.size() == 1 && response.length == body.pieces.front().length) {
    const http::FilePiece& piece = body.pieces.front();
    if (is_in_memory(body, piece))
      return exchange.respond_with(std::move(head), view_of(body, piece));
    if (piece.length > kSmallBytes)
      return send_one(exchange, std::move(head), body.file->descriptor(), piece);
  }
  const bool small = response.length.value_or(0) <= kSmallBytes;
  if (small && exchange.request().method != "HEAD")
    return send_small(exchange, std::move(head), response);
  return send_pieces(exchange, std::move(head), response);
}

}  // namespace wws::server
