// App: request -> router -> worker or file -> response, on one loop.
#pragma once

#include "abi/services.h"
#include "develop/live_reload.h"
#include "http/exchange.h"
#include "server/current_site.h"
#include "server/decorated_exchange.h"
#include "server/request_records.h"

namespace wws::server {

class App final : public http::Handler {
 public:
  // All borrowed. `reload` is null in production.
  App(const CurrentSite& sites, abi::LoopServices& services, develop::LiveReload* reload = nullptr)
      : view_(sites),
        services_(services),
        reload_(reload),
        records_(services,
                 reload != nullptr ? RequestRecords::Watched::Yes : RequestRecords::Watched::No) {}
  // Where requests that name no host were sent to; before the first request.
  void set_authority(std::string authority) { authority_ = std::move(authority); }
  Task<void> handle(http::Exchange& exchange) override;
  void complete(const http::RequestHead& request, http::ResponseHead& response) const override {
    view_.now()->cors.apply(request, response.headers);
  }
  // Lets go of a site that is served no more, and tells WebSockets to end whose worker it took with
  // it; on the loop's thread.
  void refresh();
  [[nodiscard]] RequestRecords& records() noexcept { return records_; }

 private:
  // The worker that was asked, or null; as all below that give one. `site` is kept by handle().
  Task<const worker::Worker*> answer(const Site& site, http::Exchange& exchange);
  Task<const worker::Worker*> dispatch(const Site& site, DecoratedExchange& exchange);
  Task<const worker::Worker*> ask_worker(const Site& site, http::Exchange& exchange,
                                         router::Match match, std::string path);
  // Answers as the path that a rule says would, with the rule's status.
  Task<const worker::Worker*> answer_as(const Site& site, DecoratedExchange& exchange,
                                        router::Redirection redirection);
  Task<void> redirect(http::Exchange& exchange, router::Redirection redirection);
  // What the rules say of the path.
  [[nodiscard]] std::optional<router::Redirection> rule_of(const Site& site,
                                                           const http::Exchange& exchange,
                                                           std::string_view path,
                                                           router::Redirects::Order order) const;
  // Answers from `public`, if the path names a file there: true. `status`: instead of 200.
  Task<bool> serve_file(const Site& site, DecoratedExchange& exchange, std::string_view path,
                        int status = 200);
  Task<Result<std::optional<http::FileResponse>>> encode_file(const Site& site, http::EncodeJob job,
                                                              http::FileRequest wanted);
  Task<void> not_found(const Site& site, http::Exchange& exchange);
  Task<void> send(http::Exchange& exchange, http::FileResponse response);
  void tell_of_file(std::string_view text, const http::Exchange& exchange);

  mutable SiteView view_;
  abi::LoopServices& services_;
  develop::LiveReload* reload_;
  RequestRecords records_;
  std::string authority_;
};

}  // namespace wws::server
