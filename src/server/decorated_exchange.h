// DecoratedExchange: an exchange that adds the site's headers to whatever answers, and tells what
// was answered. Made only when something is to be added or observed.
#pragma once

#include "http/exchange.h"
#include "server/cors.h"

namespace wws::server {

class DecoratedExchange final : public http::Exchange {
 public:
  // Both are borrowed for the exchange's life.
  DecoratedExchange(http::Exchange& inner, const Cors& cors) : inner_(inner), cors_(cors) {}

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

  Task<Result<std::string>> read() override { return inner_.read(); }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override {
    return inner_.length();
  }
  [[nodiscard]] const http::RequestHead& request() const noexcept override {
    return inner_.request();
  }
  [[nodiscard]] std::optional<std::string_view> buffered_body() const noexcept override {
    return inner_.buffered_body();
  }
  void set_body_limit(std::uint64_t limit) noexcept override { inner_.set_body_limit(limit); }
  Task<Result<void>> respond(http::ResponseHead head, std::string body) override;
  Task<Result<void>> start(http::ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> write_file(int descriptor, std::uint64_t offset,
                                std::uint64_t length) override;
  Task<Result<void>> finish() override { return inner_.finish(); }
  void abort() noexcept override { inner_.abort(); }
  [[nodiscard]] bool started() const noexcept override { return inner_.started(); }
  [[nodiscard]] int status() const noexcept override { return inner_.status(); }
  void on_gone(std::function<void()> callback) override { inner_.on_gone(std::move(callback)); }

 private:
  http::Exchange& inner_;
  const Cors& cors_;
  std::uint64_t bytes_ = 0;
};

}  // namespace wws::server
