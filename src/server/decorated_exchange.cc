#include "server/decorated_exchange.h"

#include "server/absent_body.h"

namespace wws::server {
namespace {

using codec::Codec;
using http::Coding;

// Of what is made anew for each request the quickest comes first.
constexpr Coding kOffered[] = {Coding::Zstd, Coding::Brotli, Coding::Gzip};
// Up to here a body is encoded whole, so that its length is known before it is sent.
constexpr std::size_t kMostAtOnce = 256 * 1024;

constexpr CodingTerms kTerms{kOffered, DecoratedExchange::kLeastBytes};

Task<Result<void>> respond_without_length(http::Exchange& exchange, http::ResponseHead head) {
  auto done = co_await exchange.start(std::move(head), std::nullopt);
  if (done) done = co_await exchange.finish();
  co_return done;
}

}  // namespace

void DecoratedExchange::begin_encoding(http::ResponseHead& head,
                                       std::optional<std::uint64_t> length) {
  if (coding_ == BodyCoding::Off || (length && *length < kLeastBytes)) return;
  if (!http::may_encode(inner_.request(), head)) return;
  http::vary_by_coding(head.headers);
  const auto& request = inner_.request().headers;
  const Coding coding = http::choose_coding({request.begin(), request.end()}, kOffered);
  if (coding == Coding::Identity) return;
  auto encoder = BodyEncoder::create(coding);
  if (!encoder) return;
  encoder_ = *std::move(encoder);
  http::mark_encoded(head.headers, coding);
}

Task<Result<void>> DecoratedExchange::respond(http::ResponseHead head, std::string body) {
  cors_.apply(inner_.request(), head.headers);
  if (coding_ == BodyCoding::On && is_without_body(inner_.request(), head) &&
      describe_absent_body(inner_.request(), head, body.size(), kTerms))
    return respond_without_length(inner_, std::move(head));
  begin_encoding(head, body.size());
  if (encoder_) return respond_encoded(std::move(head), std::move(body));
  bytes_ = body.size();
  return inner_.respond(std::move(head), std::move(body));
}

Task<Result<void>> DecoratedExchange::respond_with(http::ResponseHead head, std::string_view body) {
  // Whether it is encoded shows there.
  if (coding_ != BodyCoding::Off) return respond(std::move(head), std::string(body));
  cors_.apply(inner_.request(), head.headers);
  bytes_ = body.size();
  return inner_.respond_with(std::move(head), body);
}

Task<Result<void>> DecoratedExchange::respond_with_file(http::ResponseHead head, int descriptor,
                                                        std::uint64_t offset,
                                                        std::uint64_t length) {
  if (coding_ != BodyCoding::Off)
    return Exchange::respond_with_file(std::move(head), descriptor, offset, length);
  cors_.apply(inner_.request(), head.headers);
  bytes_ = length;
  return inner_.respond_with_file(std::move(head), descriptor, offset, length);
}

Task<Result<void>> DecoratedExchange::respond_encoded(http::ResponseHead head, std::string body) {
  if (body.size() <= kMostAtOnce) {
    auto encoded = co_await encoder_->encode(body, Codec::Input::Last);
    if (!encoded) co_return fail(std::move(encoded).error());
    bytes_ = encoded->size();
    auto sent = co_await inner_.respond(std::move(head), *std::move(encoded));
    co_return sent;
  }
  auto done = co_await inner_.start(std::move(head), std::nullopt);
  for (std::string_view rest = body; done && !rest.empty();) {
    const auto piece = rest.substr(0, kMostAtOnce);
    done = co_await send_encoded(piece, Codec::Input::More);
    rest.remove_prefix(piece.size());
  }
  if (done) done = co_await finish_encoded();
  co_return done;
}

Task<Result<void>> DecoratedExchange::start(http::ResponseHead head,
                                            std::optional<std::uint64_t> length) {
  cors_.apply(inner_.request(), head.headers);
  if (coding_ == BodyCoding::On && is_without_body(inner_.request(), head)) {
    if (describe_absent_body(inner_.request(), head, length, kTerms)) length.reset();
    return inner_.start(std::move(head), length);
  }
  begin_encoding(head, length);
  if (encoder_) length.reset();
  return inner_.start(std::move(head), length);
}

Task<Result<void>> DecoratedExchange::send_encoded(std::string_view bytes, Codec::Input input) {
  const auto encoded = co_await encoder_->encode(bytes, input);
  if (!encoded) {
    inner_.abort();
    co_return fail(encoded.error());
  }
  if (encoded->empty()) co_return Result<void>();
  bytes_ += encoded->size();
  auto written = co_await inner_.write(*encoded);
  co_return written;
}

Task<Result<void>> DecoratedExchange::write(std::string_view bytes) {
  // Whoever writes a part wants it to arrive.
  if (encoder_) return send_encoded(bytes, Codec::Input::Flush);
  bytes_ += bytes.size();
  return inner_.write(bytes);
}

Task<Result<void>> DecoratedExchange::write_file(int descriptor, std::uint64_t offset,
                                                 std::uint64_t length) {
  if (encoder_) return Exchange::write_file(descriptor, offset, length);
  bytes_ += length;
  return inner_.write_file(descriptor, offset, length);
}

Task<Result<void>> DecoratedExchange::finish() {
  return encoder_ ? finish_encoded() : inner_.finish();
}

Task<Result<void>> DecoratedExchange::finish_encoded() {
  auto sent = co_await send_encoded({}, Codec::Input::Last);
  if (sent) sent = co_await inner_.finish();
  co_return sent;
}

}  // namespace wws::server
