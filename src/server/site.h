// Site: everything that is served, as built from a project. Immutable; shared by all loops.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/files/static_files.h"
#include "router/router.h"
#include "server/cors.h"
#include "worker/worker.h"

namespace wws::server {

struct Site {
  router::Router router;
  std::vector<std::unique_ptr<worker::Worker>> workers;  // by Route::target
  std::unique_ptr<http::StaticFiles> files;              // of `public`; may be null
  Cors cors{{}};
  std::string prefix;  // "" or "/app"
};

}  // namespace wws::server
