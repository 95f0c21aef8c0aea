// A worker's configuration as the rules of its outbound requests.
#pragma once

#include "abi/resume_until.h"
#include "abi/worker_identity.h"
#include "bindings/fetch.h"

namespace wws::abi {

[[nodiscard]] inline bindings::FetchPolicy fetch_policy(const WorkerIdentity& worker,
                                                        Deadline deadline) {
  const config::HttpRequests& allowed = worker.config.http_requests;
  bindings::FetchPolicy policy;
  policy.allowed_hosts = allowed.allowed_hosts;
  policy.allowed_methods = allowed.allowed_methods;
  policy.allow_http = allowed.allow_http;
  policy.allow_private = allowed.allow_private;
  policy.max_response_bytes = allowed.max_response_bytes;
  policy.asker = worker.file;
  if (deadline != Deadline::max()) policy.deadline = deadline;
  return policy;
}

}  // namespace wws::abi
