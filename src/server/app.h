// App: request -> router -> worker or file -> response, on one loop.
#pragma once

#include "abi/services.h"
#include "http/exchange.h"
#include "server/decorated_exchange.h"
#include "server/site.h"

namespace wws::server {

class App final : public http::Handler {
 public:
  App(const Site& site, abi::LoopServices& services) : site_(site), services_(services) {}
  // Where requests that name no host were sent to; before the first request.
  void set_authority(std::string authority) { authority_ = std::move(authority); }
  Task<void> handle(http::Exchange& exchange) override;
  void complete(const http::RequestHead& request, http::ResponseHead& response) const override {
    site_.cors.apply(request, response.headers);
  }

 private:
  // To the access log, and to the log when it wants to know.
  void note(const DecoratedExchange& exchange, std::size_t worker,
            std::chrono::nanoseconds began) const;
  // The number of the worker that was asked, or observe::kNoWorker.
  Task<std::size_t> dispatch(DecoratedExchange& exchange);
  Task<std::size_t> ask_worker(http::Exchange& exchange, router::Match match, std::string path);
  // Answers as the path that a rule says would, with the rule's status.
  Task<std::size_t> answer_as(DecoratedExchange& exchange, router::Redirection redirection);
  Task<void> redirect(http::Exchange& exchange, router::Redirection redirection);
  // What the rules say of the path.
  [[nodiscard]] std::optional<router::Redirection> rule_of(const http::Exchange& exchange,
                                                           std::string_view path,
                                                           router::Redirects::Order order) const;
  // Answers from `public`, if the path names a file there: true. `status`: instead of 200.
  Task<bool> serve_file(DecoratedExchange& exchange, std::string_view path, int status = 200);
  Task<Result<std::optional<http::FileResponse>>> find_file(const http::RequestHead& request,
                                                            std::string_view below);
  Task<void> not_found(http::Exchange& exchange);
  Task<void> send(http::Exchange& exchange, http::FileResponse response);

  const Site& site_;
  abi::LoopServices& services_;
  std::string authority_;
};

}  // namespace wws::server
