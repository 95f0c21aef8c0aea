// App: request -> router -> worker or file -> response, on one loop.
#pragma once

#include "abi/services.h"
#include "http/exchange.h"
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
  // The number of the worker that was asked, or observe::kNoWorker.
  Task<std::size_t> dispatch(http::Exchange& exchange);
  Task<std::size_t> dispatch_decorated(http::Exchange& exchange, bool observed);
  // Answers from `public`, if the path names a file there: true.
  Task<bool> serve_file(http::Exchange& exchange, std::string_view path);
  Task<void> not_found(http::Exchange& exchange);
  Task<void> send(http::Exchange& exchange, http::FileResponse response);

  const Site& site_;
  abi::LoopServices& services_;
  std::string authority_;
};

}  // namespace wws::server
