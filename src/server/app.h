// App: request -> router -> worker or file -> response, on one loop.
#pragma once

#include "abi/services.h"
#include "develop/live_reload.h"
#include "http/exchange.h"
#include "server/current_site.h"

namespace wws::server {

class App final : public http::Handler {
 public:
  // All borrowed. `reload` is null in production.
  App(const CurrentSite& sites, abi::LoopServices& services, develop::LiveReload* reload = nullptr)
      : view_(sites), services_(services), reload_(reload) {}
  // Where requests that name no host were sent to; before the first request.
  void set_authority(std::string authority) { authority_ = std::move(authority); }
  Task<void> handle(http::Exchange& exchange) override;
  void complete(const http::RequestHead& request, http::ResponseHead& response) const override {
    view_.now()->cors.apply(request, response.headers);
  }
  // Lets go of a site that is served no more; on the loop's thread.
  void refresh() { (void)view_.now(); }

 private:
  // The number of the worker that was asked, or observe::kNoWorker. `site` is kept by handle().
  Task<std::size_t> dispatch(const Site& site, http::Exchange& exchange);
  Task<std::size_t> dispatch_decorated(const Site& site, http::Exchange& exchange);
  Task<std::size_t> dispatch_in_development(const Site& site, http::Exchange& exchange,
                                            const std::string& version);
  // Answers from `public`, if the path names a file there: true.
  Task<bool> serve_file(const Site& site, http::Exchange& exchange, std::string_view path);
  Task<void> not_found(const Site& site, http::Exchange& exchange);
  Task<void> send(http::Exchange& exchange, http::FileResponse response);

  mutable SiteView view_;
  abi::LoopServices& services_;
  develop::LiveReload* reload_;
  std::string authority_;
};

}  // namespace wws::server
