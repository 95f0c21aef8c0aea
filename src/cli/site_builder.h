// A project as a site: routes, workers, files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/project.h"
#include "server/site.h"
#include "worker/image_budget.h"
#include "worker/js_worker.h"
#include "worker/wasm_worker.h"

namespace wws::cli {

struct SiteParts {
  std::string prefix;
  std::vector<std::string> cors;
  std::uint64_t max_body;       // of a request to a worker that sets no bound of its own; 0: any
  worker::JsRuntime& js;        // borrowed by the workers
  worker::WasmRuntime& wasm;    // borrowed by the workers
  worker::ImageBudget& images;  // borrowed by the workers
  const io::Clock& clock;       // borrowed by the files
};

struct BuiltSite {
  server::Site site;
  config::Mistakes mistakes;        // of the project and its routes
  std::uint64_t largest_body = 0;   // that some worker takes; 0: any
  std::vector<std::string> broken;  // workers with a wrong configuration: "file: reason", all lines
};

// A worker whose configuration is wrong becomes one that answers 500 and logs the mistakes; a script
// that others import and that handles nothing itself becomes none.
[[nodiscard]] Result<BuiltSite> build_site(config::Project project, SiteParts parts);

}  // namespace wws::cli
