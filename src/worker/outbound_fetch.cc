#include "worker/outbound_fetch.h"

#include "io/random_number.h"

namespace wws::worker {

using abi::stdio_json::OutboundCall;
using abi::stdio_json::OutboundError;
using abi::stdio_json::OutboundErrorKind;
using abi::stdio_json::OutboundRequest;
using abi::stdio_json::OutboundResponse;
using abi::stdio_json::OutboundResult;

namespace {

std::unexpected<OutboundError> failed(const bindings::FetchError& error) {
  // Both enumerations are the guests' http-error, in its order.
  return std::unexpected(
      OutboundError{static_cast<OutboundErrorKind>(error.kind), error.error.message()});
}

Task<OutboundResult> run(abi::LoopServices& services, OutboundRequest request,
                         const bindings::FetchPolicy& policy, const http::TraceContext& trace) {
  bindings::FetchRequest asked;
  asked.method = std::move(request.method);
  asked.url = std::move(request.uri);
  for (auto& [name, value] : request.headers) asked.headers.add(std::move(name), std::move(value));
  http::continue_trace(asked.headers, trace, io::random_number(services.random) | 1);
  asked.body = std::move(request.body).value_or("");
  auto response = co_await services.fetcher.fetch(std::move(asked), policy);
  if (!response) co_return failed(response.error());
  OutboundResponse answer;
  answer.status = static_cast<std::uint16_t>(response->head.status);
  for (const auto& header : response->head.headers)
    answer.headers.emplace_back(header.name, header.value);
  for (;;) {
    auto chunk = co_await response->body->read();
    if (!chunk) co_return failed(bindings::body_error(std::move(chunk).error()));
    if (chunk->empty()) break;
    answer.body += *chunk;
  }
  co_return answer;
}

}  // namespace

// Forgets the callback, so that nothing reaches a guest that is gone.
class OutboundFetch::Call final : public OutboundCall {
 public:
  explicit Call(std::shared_ptr<Done> done) : done_(std::move(done)) {}
  ~Call() override { *done_ = nullptr; }

 private:
  std::shared_ptr<Done> done_;
};

OutboundFetch::OutboundFetch(abi::LoopServices& services, bindings::FetchPolicy policy,
                             http::TraceContext trace)
    : services_(services),
      policy_(std::move(policy)),
      trace_(std::move(trace)),
      tasks_(services.loop) {}

std::unique_ptr<OutboundCall> OutboundFetch::start(OutboundRequest request, Done done) {
  auto shared = std::make_shared<Done>(std::move(done));
  tasks_.spawn(fetch(shared, std::move(request)));
  return std::make_unique<Call>(std::move(shared));
}

Task<void> OutboundFetch::fetch(std::shared_ptr<Done> done, OutboundRequest request) {
  auto result = co_await run(services_, std::move(request), policy_, trace_);
  // The callback may destroy the call, and with it what `done` holds.
  const Done callback = *done;
  if (callback) callback(std::move(result));
}

Task<void> OutboundFetch::close() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace wws::worker
