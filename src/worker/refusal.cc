#include "worker/refusal.h"

#include <fmt/format.h>

#include "abi/busy_page.h"
#include "abi/failure_log.h"
#include "abi/failure_page.h"

namespace wws::worker {

Task<void> answer_refusal(abi::LoopServices& services, http::Exchange& exchange,
                          const abi::WorkerIdentity& worker, Error error) {
  observe::Log& log = services.log;
  const bool busy = error.kind() == ErrorKind::Exhausted;
  if (services.metrics)
    services.metrics->failed(worker.number,
                             busy ? std::optional(observe::Limit::Busy) : std::nullopt);
  // One line of the user's file a line of the log: the stack follows the message.
  const std::string text = error.to_string();
  const auto cut = text.find('\n');
  const std::string& id = exchange.request().request_id;
  std::vector<observe::Field> fields = {{"worker", worker.label}, {"route", worker.route}};
  if (!id.empty()) fields.push_back({"request", id});
  const std::string stack = cut == std::string::npos ? "" : text.substr(cut + 1);
  abi::add_trace(fields, stack, worker);
  const std::string line = fmt::format("Error running worker \"{}\" at route \"{}\": {}",
                                       worker.label, worker.route, text.substr(0, cut));
  // A crowd is no fault of the worker's, and would fill the log.
  if (busy)
    observe::write_seldom(services.seldom, log, observe::Level::Warn, "busy", line, fields);
  else
    log.error(line, fields);
  auto page = abi::failure_page(error.kind());
  if (busy) {
    page = abi::busy_page();
  } else if (services.developer) {
    const std::string message = text.substr(0, cut);
    page = services.developer->page({error.kind(), message, stack, "", worker}, exchange.request());
  }
  abi::name_request(page, id);
  auto answered = co_await exchange.respond(std::move(page.head), std::move(page.body));
  if (!answered) log.debug("the client left before its answer");
}

Task<void> answer_bad_body(abi::LoopServices& services, http::Exchange& exchange,
                           const abi::WorkerIdentity& worker, ErrorKind kind) {
  if (services.metrics && kind == ErrorKind::Exhausted)
    services.metrics->limited(worker.number, observe::Limit::Request);
  auto page = abi::body_failure_page(kind);
  abi::name_request(page, exchange.request().request_id);
  auto answered = co_await exchange.respond(std::move(page.head), std::move(page.body));
  if (!answered) services.log.debug("the client left before its answer");
}

}  // namespace wws::worker
