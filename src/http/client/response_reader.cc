#include "http/client/response_reader.h"

#include <fmt/format.h>

#include <algorithm>

// One of Beast's assertions is wrong, and in builds that have them lets an upstream end the
// process: of an empty chunked body ("0 CR LF CR LF") four bytes may have come, and it asserts
// five. The code behind it bears that.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/client/client.h"

namespace wws::http {
namespace beast = boost::beast;
namespace {

constexpr std::size_t kPiece = 32 * 1024;
constexpr int kMaxInterim = 16;

std::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::Internal, fmt::format("the upstream's response is malformed: {}", why));
}

}  // namespace

struct ResponseReader::Parser {
  beast::http::response_parser<beast::http::buffer_body> value;
};

ResponseReader::ResponseReader(BodyExpected body, std::uint32_t max_head_bytes)
    : body_(body), max_head_bytes_(max_head_bytes) {
  restart();
}
ResponseReader::~ResponseReader() = default;

void ResponseReader::restart() {
  parser_ = std::make_unique<Parser>();
  parser_->value.header_limit(max_head_bytes_);
  parser_->value.body_limit(boost::none);
  parser_->value.skip(body_ == BodyExpected::No);
}

void ResponseReader::append(std::string_view bytes) { input_.append(bytes); }
void ResponseReader::consume(std::size_t count) { input_.erase(0, count); }

Result<void> ResponseReader::end_of_stream() {
  auto& parser = parser_->value;
  boost::system::error_code code;
  if (parser.is_header_done()) parser.put_eof(code);
  if (!parser.is_header_done() || code)
    return fail(ErrorKind::Gone, "the upstream closed the connection before its response ended");
  return {};
}

Result<std::optional<ResponseHead>> ResponseReader::parse_head() {
  while (!input_.empty()) {
    auto& parser = parser_->value;
    boost::system::error_code code;
    consume(parser.put(boost::asio::buffer(input_), code));
    if (code == beast::http::error::need_more) return std::nullopt;
    if (code == beast::http::error::header_limit)
      return fail(ErrorKind::Exhausted, fmt::format("the head of the upstream's response is over "
                                                    "{} bytes",
                                                    max_head_bytes_));
    if (code) return malformed(code.message());
    if (!parser.is_header_done()) continue;
    const auto status = parser.get().result_int();
    if (status >= 200 || status == 101) {
      WWS_TRY(auto head, copy_head());
      return head;
    }
    if (++interim_ > kMaxInterim) return malformed("too many interim responses");
    restart();
  }
  return std::nullopt;
}

Result<ResponseHead> ResponseReader::copy_head() {
  const auto& parser = parser_->value;
  const auto& message = parser.get();
  ResponseHead head;
  head.status = static_cast<int>(message.result_int());
  if (head.status < 200 || head.status > 599)
    return malformed(fmt::format("the status {} was not asked for", head.status));
  head.reason = std::string(message.reason());
  std::uint32_t fields = 0;
  for (const auto& field : message) {
    if (++fields > kMostFields)
      return fail(
          ErrorKind::Exhausted,
          fmt::format("the head of the upstream's response has over {} fields", kMostFields));
    head.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  const auto coding = head.headers.find("Transfer-Encoding");
  if (coding && !equals_ignoring_case(*coding, "chunked"))
    return malformed("its transfer coding is not 'chunked'");
  if (parser.content_length()) length_ = *parser.content_length();
  if (parser.is_done()) length_ = 0;
  return head;
}

Result<std::string> ResponseReader::parse_body() {
  auto& parser = parser_->value;
  if (parser.is_done() || input_.empty()) return std::string();
  // Decoded it is no longer than it came.
  std::string out(std::min(kPiece, input_.size()), '\0');
  const std::size_t room = out.size();
  auto& body = parser.get().body();
  body.data = out.data();
  body.size = out.size();
  body.more = true;
  while (!parser.is_done() && !input_.empty() && body.size > 0) {
    boost::system::error_code code;
    const auto count = parser.put(boost::asio::buffer(input_), code);
    consume(count);
    if (code == beast::http::error::need_buffer) break;
    if (code == beast::http::error::need_more) {
      if (input_.size() > max_head_bytes_) return malformed("a chunk's head is too long");
      break;
    }
    if (code) return malformed(code.message());
  }
  out.resize(room - body.size);
  body.data = nullptr;
  body.size = 0;
  return out;
}

bool ResponseReader::done() const noexcept { return parser_->value.is_done(); }
bool ResponseReader::reusable() const {
  return done() && input_.empty() && parser_->value.keep_alive();
}

}  // namespace wws::http
