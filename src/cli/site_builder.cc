#include "cli/site_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "bundler/libraries.h"
#include "worker/broken_worker.h"

namespace wws::cli {
namespace {

std::string label_of(const config::WorkerFile& file) {
  return file.config.name.value_or(file.relative);
}

std::uint64_t body_bound(const config::WorkerFile& file, std::uint64_t max_body) {
  const std::uint64_t own = file.config.limits.request_bytes;
  return own != 0 ? own : max_body;
}

// What a connection may let through at all: it does not know yet which worker will answer.
std::uint64_t largest_bound(const config::Project& project, std::uint64_t max_body) {
  std::uint64_t largest = max_body;
  for (const auto& file : project.workers)
    if (largest != 0) largest = std::max(largest, body_bound(file, max_body));
  return largest;
}

// "counter.js: its configuration is wrong", then each mistake on a line of its own.
std::string broken_text(const config::WorkerFile& file) {
  std::string text = file.relative + ": its configuration is wrong";
  for (const auto& mistake : file.mistakes) text += "\n      " + mistake.to_string();
  return text;
}

std::unique_ptr<worker::Worker> make_worker(const config::WorkerFile& file,
                                            const router::Route& route, SiteParts& parts) {
  abi::WorkerIdentity identity{label_of(file), route.path, file.config, route.target};
  identity.config.limits.request_bytes = body_bound(file, parts.max_body);
  if (!file.mistakes.empty()) {
    std::string text = "its configuration is wrong";
    for (const auto& mistake : file.mistakes) text += "\n" + mistake.to_string();
    return std::make_unique<worker::BrokenWorker>(std::move(identity),
                                                  file.extension == "wasm" ? "wasm" : "javascript",
                                                  Error(ErrorKind::Invalid, text));
  }
  if (file.extension == "wasm")
    return std::make_unique<worker::WasmWorker>(parts.wasm, parts.images, file.file,
                                                std::move(identity));
  return std::make_unique<worker::JsWorker>(parts.js, parts.images, file.file, file.relative,
                                            std::move(identity));
}

// What other workers are made of is no worker.
void leave_out_libraries(config::Project& project) {
  const auto libraries = bundler::libraries_of(project);
  std::erase_if(project.workers, [&](const config::WorkerFile& file) {
    return std::ranges::binary_search(libraries, file.relative);
  });
}

}  // namespace

Result<BuiltSite> build_site(config::Project project, SiteParts parts) {
  leave_out_libraries(project);
  BuiltSite built;
  built.mistakes = project.mistakes;
  std::vector<std::string> names;
  for (const auto& file : project.workers) {
    names.push_back(file.relative);
    if (!file.mistakes.empty()) built.broken.push_back(broken_text(file));
  }
  auto routes = router::Router::build(names, parts.prefix);
  built.mistakes.insert(built.mistakes.end(), routes.mistakes.begin(), routes.mistakes.end());
  built.site.router = std::move(routes.router);
  built.site.workers.resize(project.workers.size());
  for (const auto& route : built.site.router.routes())
    built.site.workers[route.target] = make_worker(project.workers[route.target], route, parts);
  built.largest_body = largest_bound(project, parts.max_body);
  built.site.prefix = router::normalize_prefix(parts.prefix);
  built.site.cors = server::Cors(std::move(parts.cors));
  if (project.public_folder) {
    auto files = http::StaticFiles::open(*project.public_folder, parts.clock);
    if (!files) return fail(std::move(files).error());
    built.site.files = std::move(*files);
  }
  return built;
}

}  // namespace wws::cli
