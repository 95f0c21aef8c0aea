// LivePage: an exchange that adds the script of LiveReload to pages. A page is a text/html answer
// to a browser that shows it (not to a script that fetches a part of one). Caches do not keep it:
// the script's address has the version that it belongs to.
#pragma once

#include <optional>
#include <string>

#include "http/exchange.h"

namespace wws::develop {

class LivePage final : public http::Exchange {
 public:
  // `inner` is borrowed for the exchange's life; `version` is LiveReload's, from before the answer
  // was made.
  LivePage(http::Exchange& inner, std::string version);

  Task<Result<std::string>> read() override { return inner_.read(); }
  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept override {
    return inner_.length();
  }
  [[nodiscard]] const http::RequestHead& request() const noexcept override {
    return unconditional_ ? *unconditional_ : inner_.request();
  }
  [[nodiscard]] std::optional<std::string_view> buffered_body() const noexcept override {
    return inner_.buffered_body();
  }
  void set_body_limit(std::uint64_t limit) noexcept override { inner_.set_body_limit(limit); }
  Task<Result<void>> respond(http::ResponseHead head, std::string body) override;
  Task<Result<void>> start(http::ResponseHead head, std::optional<std::uint64_t> length) override;
  Task<Result<void>> write(std::string_view bytes) override { return inner_.write(bytes); }
  Task<Result<void>> write_file(int descriptor, std::uint64_t offset,
                                std::uint64_t length) override {
    return inner_.write_file(descriptor, offset, length);
  }
  Task<Result<void>> finish() override;
  Task<Result<void>> upgrade(http::ResponseHead head) override {
    return inner_.upgrade(std::move(head));
  }
  void abort() noexcept override { inner_.abort(); }
  [[nodiscard]] bool started() const noexcept override { return inner_.started(); }
  [[nodiscard]] int status() const noexcept override { return inner_.status(); }
  void on_gone(std::function<void()> callback) override { inner_.on_gone(std::move(callback)); }

 private:
  [[nodiscard]] bool becomes_live(http::ResponseHead& head) const;

  http::Exchange& inner_;
  std::string script_;  // the element
  // The request without its conditions, since a page that a cache holds has no script or an old
  // one, and without codings.
  std::optional<http::RequestHead> unconditional_;
  bool live_ = false;
};

}  // namespace wws::develop
