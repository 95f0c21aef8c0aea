// OutboundFetch: the stdio workers' HTTP import on the fetch binding, under the worker's policy and
// as part of the request's trace. One a request, on its loop; close() must complete before it goes.
#pragma once

#include "abi/services.h"
#include "abi/stdio_json/outbound_http.h"
#include "http/trace_context.h"
#include "io/task_group.h"

namespace wws::worker {

class OutboundFetch final : public abi::stdio_json::OutboundHttp {
 public:
  OutboundFetch(abi::LoopServices& services, bindings::FetchPolicy policy,
                http::TraceContext trace = {});

  std::unique_ptr<abi::stdio_json::OutboundCall> start(
      abi::stdio_json::OutboundRequest request,
      std::function<void(abi::stdio_json::OutboundResult)> done) override;
  // Cancels what still runs and waits for it.
  Task<void> close();

 private:
  class Call;
  using Done = std::function<void(abi::stdio_json::OutboundResult)>;

  Task<void> fetch(std::shared_ptr<Done> done, abi::stdio_json::OutboundRequest request);

  abi::LoopServices& services_;
  bindings::FetchPolicy policy_;
  http::TraceContext trace_;
  io::TaskGroup tasks_;
};

}  // namespace wws::worker
