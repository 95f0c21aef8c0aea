#include "server/body_encoder.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "codec/compress.h"

namespace wws::server {
namespace {

namespace asio = boost::asio;
using codec::Codec;
using codec::compress::Format;

Format format_of(http::Coding coding) noexcept {
  switch (coding) {
    case http::Coding::Brotli: return Format::Brotli;
    case http::Coding::Zstd: return Format::Zstd;
    default: return Format::Gzip;
  }
}

}  // namespace

Result<std::unique_ptr<BodyEncoder>> BodyEncoder::create(http::Coding coding) {
  WWS_TRY(auto codec,
          codec::compress::make(format_of(coding), codec::compress::Direction::Compress));
  return std::unique_ptr<BodyEncoder>(new BodyEncoder(std::move(codec)));
}

Task<Result<std::string>> BodyEncoder::encode(std::string_view text, Codec::Input input) {
  std::string out;
  std::string room(32 * 1024, '\0');
  for (;;) {
    const auto step = codec_->step(
        as_bytes(text), {reinterpret_cast<std::uint8_t*>(room.data()), room.size()}, input);
    if (!step) co_return fail(ErrorKind::Internal, step.error().message());
    out.append(room, 0, step->written);
    text.remove_prefix(step->consumed);
    const bool done = input == Codec::Input::More    ? text.empty() && step->written < room.size()
                      : input == Codec::Input::Flush ? step->flushed
                                                     : step->finished;
    if (done) co_return out;
    if (!text.empty()) {
      const auto loop = co_await asio::this_coro::executor;
      co_await asio::post(loop, asio::use_awaitable);
    }
  }
}

}  // namespace wws::server
