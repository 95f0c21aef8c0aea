// DecoratedExchange: an exchange that adds the site's headers to whatever answers, compresses what
// is worth it, and tells what was answered.
//
// A response that is sent at once costs nothing more than the inner exchange does, unless it is
// compressed.
#pragma once

#include "http/coding.h"
#include "http/exchange.h"
#include "server/body_encoder.h"
#include "server/cors.h"

namespace wws::server {

// Whether bodies are compressed for clients that accept it, unless they are files, which have a way
// of their own.
enum class BodyCoding : bool { Off, On };

class DecoratedExchange final : public http::Exchange {
 public:
  // The first two are borrowed for the exchange's life.
  DecoratedExchange(http::Exchange& inner, const Cors& cors, BodyCoding coding)
      : inner_(inner), cors_(cors), coding_(coding) {}

  // Of the body, as it is sent.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
  // What follows is sent as it is.
  void leave_body() noexcept { coding_ = BodyCoding::Off; }

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
  Task<Result<void>> respond_with(http::ResponseHead head, std::string_view body) override;
  Task<Result<void>> respond_with_file(http::ResponseHead head, int descriptor,
                                       std::uint64_t offset, std::uint64_t length) override;
  Task<Result<void>> start(http::ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override;
  Task<Result<void>> write_file(int descriptor, std::uint64_t offset,
                                std::uint64_t length) override;
  Task<Result<void>> finish() override;
  // What follows is another protocol's: it is counted, nothing else.
  Task<Result<void>> upgrade(http::ResponseHead head) override {
    return inner_.upgrade(std::move(head));
  }
  void abort() noexcept override { inner_.abort(); }
  [[nodiscard]] bool started() const noexcept override { return inner_.started(); }
  [[nodiscard]] int status() const noexcept override { return inner_.status(); }
  void on_gone(std::function<void()> callback) override { inner_.on_gone(std::move(callback)); }

  // Bodies under this size are sent as they are.
  static constexpr std::size_t kLeastBytes = 1024;

 private:
  void begin_encoding(http::ResponseHead& head, std::optional<std::uint64_t> length);
  Task<Result<void>> respond_encoded(http::ResponseHead head, std::string body);
  Task<Result<void>> finish_encoded();
  Task<Result<void>> send_encoded(std::string_view bytes, codec::Codec::Input input);

  http::Exchange& inner_;
  const Cors& cors_;
  BodyCoding coding_;
  std::unique_ptr<BodyEncoder> encoder_;  // null: what comes is sent as it is
  std::uint64_t bytes_ = 0;
};

}  // namespace wws::server
