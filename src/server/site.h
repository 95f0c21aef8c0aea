// Site: everything that is served, as built from a project. Immutable; shared by all loops.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/files/static_files.h"
#include "router/header_rules.h"
#include "router/redirects.h"
#include "router/router.h"
#include "server/cors.h"
#include "server/decorated_exchange.h"
#include "worker/worker.h"

namespace wws::server {

struct Site {
  router::Router router;
  std::vector<std::unique_ptr<worker::Worker>> workers;  // by Route::target
  std::unique_ptr<http::StaticFiles> files;              // of `public`; may be null
  router::Redirects redirects;                           // of `public/_redirects`
  router::HeaderRules header_rules;                      // of `public/_headers`
  BodyCoding body_coding = BodyCoding::On;
  Cors cors{{}};
  std::string prefix;  // "" or "/app"
};

}  // namespace wws::server
