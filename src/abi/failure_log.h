// What a record of the log says of a failed guest beside its message: the lines of source that the
// stack points at ("excerpt"), as far as they are the worker's own, and the stack.
#pragma once

#include <string_view>
#include <vector>

#include "abi/worker_identity.h"
#include "observe/log.h"

namespace wws::abi {

void add_trace(std::vector<observe::Field>& fields, std::string_view stack,
               const WorkerIdentity& worker);

}  // namespace wws::abi
