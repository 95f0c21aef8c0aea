// Sends what http/files found: a whole file, ranges of it, or an answer without a body.
#pragma once

#include "http/exchange.h"
#include "http/files/static_files.h"

namespace wws::server {

// `response` is borrowed until this completes; its fields are taken.
Task<Result<void>> send_file(http::Exchange& exchange, http::FileResponse& response);

}  // namespace wws::server
