#include "http/memory_exchange.h"

#include <utility>

namespace wws::http {

MemoryExchange::MemoryExchange(Request request)
    : request_body_(std::move(request.body)),
      chunks_(std::move(request.chunks)),
      max_response_(request.max_response) {
  request_.method = std::move(request.method);
  request_.target = std::move(request.target);
  request_.headers = std::move(request.headers);
  request_.authority = std::move(request.authority);
  request_.remote_address = std::move(request.remote_address);
  request_.request_id = std::move(request.request_id);
}

void MemoryExchange::leave() {
  gone_ = true;
  if (gone_callback_) std::exchange(gone_callback_, nullptr)();
}

Task<Result<std::string>> MemoryExchange::read() {
  std::string piece;
  if (!chunks_) {
    if (!std::exchange(body_given_, true)) piece = request_body_;
  } else if (next_chunk_ < chunks_->size()) {
    piece = (*chunks_)[next_chunk_++];
  }
  read_ += piece.size();
  if (limit_ != 0 && read_ > limit_) co_return fail(ErrorKind::Exhausted, "the body is too large");
  co_return piece;
}

std::optional<std::uint64_t> MemoryExchange::length() const noexcept {
  if (chunks_) return std::nullopt;
  return request_body_.size();
}

std::optional<std::string_view> MemoryExchange::buffered_body() const noexcept {
  if (chunks_) return std::nullopt;
  return request_body_;
}

Task<Result<void>> MemoryExchange::respond(ResponseHead head, std::string body) {
  auto started = co_await start(std::move(head), body.size());
  if (!started) co_return started;
  take(body);
  finished_ = true;
  co_return Result<void>();
}

void MemoryExchange::take(std::string_view bytes) {
  const std::size_t room = max_response_ == 0 ? bytes.size() : max_response_ - sent_.size();
  truncated_ = truncated_ || bytes.size() > room;
  sent_ += bytes.substr(0, room);
}

Task<Result<void>> MemoryExchange::start(ResponseHead head, std::optional<std::uint64_t>) {
  if (gone_) co_return fail(ErrorKind::Gone, "the client left");
  if (started_) co_return fail(ErrorKind::Internal, "answered twice");
  for (const auto& header : head.headers)
    if (!is_token(header.name) || !is_field_value(header.value))
      co_return fail(ErrorKind::Invalid, "illegal header field");
  head_ = std::move(head);
  started_ = true;
  co_return Result<void>();
}

Task<Result<void>> MemoryExchange::write(std::string_view bytes) {
  if (gone_) co_return fail(ErrorKind::Gone, "the client left");
  take(bytes);
  if (truncated_) leave();
  co_return Result<void>();
}

Task<Result<void>> MemoryExchange::finish() {
  finished_ = !gone_;
  co_return Result<void>();
}

void MemoryExchange::on_gone(std::function<void()> callback) {
  gone_callback_ = std::move(callback);
  if (gone_) leave();
}

}  // namespace wws::http
