// MemoryExchange: an exchange whose request and response are values. For tests, and for whoever
// asks a handler without a connection. Belongs to one loop.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/exchange.h"

namespace wws::http {

class MemoryExchange final : public Exchange {
 public:
  struct Request {
    std::string method = "GET";
    std::string target = "/";
    Headers headers;
    std::string body;
    std::string authority = "localhost";
    std::string remote_address = "127.0.0.1";
    std::string request_id;
    // Of the response's body, 0 for any: past it the client leaves, as far as the handler can see.
    std::size_t max_response = 0;
    // Given: the body arrives in these pieces instead and buffered_body() is empty.
    std::optional<std::vector<std::string>> chunks;
  };

  explicit MemoryExchange(Request request);

  // What was answered.
  [[nodiscard]] const ResponseHead& head() const noexcept { return head_; }
  [[nodiscard]] const std::string& body() const noexcept { return sent_; }
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] bool aborted() const noexcept { return aborted_; }
  // Whether max_response was reached; body() is what came before it.
  [[nodiscard]] bool truncated() const noexcept { return truncated_; }
  // The client leaves: writes fail, on_gone is called.
  void leave();

  Task<Result<std::string>> read() override;
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override;
  [[nodiscard]] const RequestHead& request() const noexcept override { return request_; }
  [[nodiscard]] std::optional<std::string_view> buffered_body() const noexcept override;
  void set_body_limit(std::uint64_t bytes) noexcept override { limit_ = bytes; }
  Task<Result<void>> respond(ResponseHead head, std::string body) override;
  Task<Result<void>> start(ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> finish() override;
  void abort() noexcept override { aborted_ = true; }
  [[nodiscard]] bool started() const noexcept override { return started_; }
  [[nodiscard]] int status() const noexcept override { return started_ ? head_.status : 0; }
  void on_gone(std::function<void()> callback) override;

 private:
  void take(std::string_view bytes);

  RequestHead request_;
  std::string request_body_;
  std::optional<std::vector<std::string>> chunks_;
  std::size_t next_chunk_ = 0;
  std::size_t max_response_ = 0;
  std::uint64_t limit_ = 0;
  std::uint64_t read_ = 0;
  ResponseHead head_;
  std::string sent_;
  std::function<void()> gone_callback_;
  bool body_given_ = false;
  bool started_ = false;
  bool finished_ = false;
  bool aborted_ = false;
  bool gone_ = false;
  bool truncated_ = false;
};

}  // namespace wws::http
