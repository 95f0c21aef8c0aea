#include "http/exchange.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace wws::http {
namespace {

// A read and a write at a time: what one answer holds of a file in memory.
constexpr std::uint64_t kPieceBytes = 64 * 1024;

Result<void> read_at(int descriptor, std::uint64_t offset, std::string& bytes) {
  ssize_t got = -1;
  do {
    got = ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    return fail(ErrorKind::Internal,
                "the file cannot be read: " + std::generic_category().message(errno));
  if (got == 0) return fail(ErrorKind::Gone, "the file became shorter while it was sent");
  bytes.resize(static_cast<std::size_t>(got));
  return {};
}

}  // namespace

Task<Result<void>> Exchange::respond_with(ResponseHead head, std::string_view body) {
  return respond(std::move(head), std::string(body));
}

Task<Result<void>> Exchange::respond_with_file(ResponseHead head, int descriptor,
                                               std::uint64_t offset, std::uint64_t length) {
  auto done = co_await start(std::move(head), length);
  if (!done) co_return done;
  done = co_await write_file(descriptor, offset, length);
  if (done) done = co_await finish();
  co_return done;
}

Task<Result<void>> Exchange::write_file(int descriptor, std::uint64_t offset,
                                        std::uint64_t length) {
  std::string bytes;
  while (length > 0) {
    bytes.resize(static_cast<std::size_t>(std::min(length, kPieceBytes)));
    WWS_CO_CHECK(read_at(descriptor, offset, bytes));
    offset += bytes.size();
    length -= bytes.size();
    auto written = co_await write(bytes);
    if (!written) co_return written;
  }
  co_return Result<void>();
}

Task<Result<void>> Exchange::upgrade(ResponseHead) {
  co_return fail(ErrorKind::Unsupported, "this connection cannot change its protocol");
}

void Handler::complete(const RequestHead&, ResponseHead&) const {}

}  // namespace wws::http
