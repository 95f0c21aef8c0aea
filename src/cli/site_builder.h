// A project as a site: routes, workers, files. A worker of the site before is taken over, with what
// it has loaded, where its file, its route and its configuration are the same.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/file_stamp.h"
#include "cli/worker_bin.h"
#include "config/project.h"
#include "config/settings.h"
#include "server/site.h"
#include "worker/image_budget.h"
#include "worker/js_worker.h"
#include "worker/wasm_worker.h"

namespace wws::cli {

// Numbers for the counters of workers, by file: one that comes back goes on counting.
class WorkerNumbers final {
 public:
  [[nodiscard]] std::size_t of(const std::string& file) {
    return numbers_.try_emplace(file, numbers_.size()).first->second;
  }

 private:
  std::map<std::string, std::size_t> numbers_;
};

// What sites are made with; all of it is borrowed and outlives them.
struct SiteParts {
  worker::JsRuntime& js;
  worker::WasmRuntime& wasm;
  worker::ImageBudget& images;
  const io::Clock& clock;
  WorkerNumbers& numbers;
  WorkerBin& bin;
};

struct SiteSettings {
  std::string prefix;
  std::vector<std::string> cors;
  config::Compression compression = config::Compression::All;
  std::uint64_t max_body = 0;  // of a request to a worker that sets no bound of its own; 0: any
};

// What a worker was made of.
struct WorkerOrigin {
  config::WorkerConfig config;
  std::shared_ptr<const std::string> source;  // of a script
  std::optional<FileStamp> stamp;             // of a module
};

struct BuiltSite {
  std::shared_ptr<const server::Site> site;
  config::Mistakes mistakes;        // of the project and its routes
  std::vector<std::string> broken;  // workers with a wrong configuration: "file: reason", all lines
  std::map<std::string, WorkerOrigin> origins;         // by file, of workers that are not broken
  std::vector<std::shared_ptr<worker::Worker>> fresh;  // made anew, in the order of the routes
  // Of these the files that are as before, as their configurations: of a worker that did not load,
  // or that has another route now. That they do not load is no news.
  std::set<std::string> tried_anew;
};

// A worker whose configuration is wrong becomes one that answers 500 and logs the mistakes; a
// script that others import and that handles nothing itself becomes none. `before` may be null.
[[nodiscard]] Result<BuiltSite> build_site(const config::Project& project,
                                           const SiteSettings& settings, SiteParts parts,
                                           const BuiltSite* before);

}  // namespace wws::cli
