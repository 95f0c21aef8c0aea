// Site: everything that is served, as built from a project. Immutable; shared by all loops. A
// request keeps the one that it began with; a site ends when the last of its requests has.
#pragma once

#include <cstdint>
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
  std::string root;  // the project's folder
  // By Route::target; null where no route leads to one. Shared with an earlier site where the
  // file and its configuration are the same.
  std::vector<std::shared_ptr<worker::Worker>> workers;
  std::shared_ptr<http::StaticFiles> files;  // of `public`; may be null
  router::Redirects redirects;               // of `public/_redirects`
  router::HeaderRules header_rules;          // of `public/_headers`
  BodyCoding body_coding = BodyCoding::On;
  Cors cors{{}};
  std::string prefix;              // "" or "/app"
  std::uint64_t largest_body = 0;  // that some worker takes; 0: any
};

}  // namespace wws::server
