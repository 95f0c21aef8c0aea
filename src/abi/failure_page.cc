#include "abi/failure_page.h"

#include <fmt/format.h>

#include "http/request_id.h"

namespace wws::abi {

FailurePage status_page(int status, std::string text) {
  FailurePage page;
  page.head.status = status;
  page.head.headers.add("content-type", "text/html; charset=utf-8");
  page.head.headers.add("cache-control", "no-store");
  page.body = fmt::format("<p>{}</p>", text);
  return page;
}

// An id has no character that is markup (http/request_id.h).
void name_request(FailurePage& page, std::string_view request_id) {
  if (request_id.empty()) return;
  page.head.headers.set(std::string(http::kRequestId), std::string(request_id));
  if (page.body.starts_with("<p>")) page.body += fmt::format("\n<p>Request {}</p>", request_id);
}

FailurePage failure_page(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::TimedOut: return status_page(504, "This function took too long");
    case ErrorKind::Exhausted: return status_page(500, "This function used more than it may");
    default: return status_page(500, "There was an error running this function");
  }
}

FailurePage body_failure_page(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Exhausted:
      return status_page(413, "The request's body is larger than this function takes");
    case ErrorKind::TimedOut: return status_page(408, "The request's body took too long");
    default: return status_page(400, "The request's body could not be read");
  }
}

}  // namespace wws::abi
