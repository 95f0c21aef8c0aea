#include "cli/site_builder.h"

#include <fmt/format.h>

#include <algorithm>

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

// The text of a file at the top of `public`, empty when there is none. What cannot be read is a
// mistake.
std::string rules_text(const http::StaticFiles& files, const std::string& name,
                       config::Mistakes& mistakes) {
  auto text = files.read_rules(name);
  if (text) return *std::move(text);
  if (text.error().kind() != ErrorKind::NotFound)
    mistakes.push_back({"public/" + name, 0, "", text.error().message()});
  return {};
}

Result<void> open_files(const std::filesystem::path& folder, const SiteParts& parts,
                        BuiltSite& built) {
  const auto coding = parts.compression == config::Compression::Off ? http::FileCoding::Off
                                                                    : http::FileCoding::On;
  auto files = http::StaticFiles::open(folder, parts.clock, coding);
  if (!files) return fail(std::move(files).error());
  built.site.files = std::move(*files);
  auto& mistakes = built.mistakes;
  auto redirects = router::Redirects::parse(
      "public/_redirects", rules_text(*built.site.files, "_redirects", mistakes));
  auto headers = router::HeaderRules::parse("public/_headers",
                                            rules_text(*built.site.files, "_headers", mistakes));
  for (auto* found : {&redirects.mistakes, &headers.mistakes})
    mistakes.insert(mistakes.end(), found->begin(), found->end());
  built.site.redirects = std::move(redirects.redirects);
  built.site.header_rules = std::move(headers.rules);
  return {};
}

}  // namespace

Result<BuiltSite> build_site(const config::Project& project, SiteParts parts) {
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
  if (parts.compression != config::Compression::All)
    built.site.body_coding = server::BodyCoding::Off;
  if (project.public_folder)
    WWS_CHECK(open_files(*project.public_folder, parts, built));
  return built;
}

}  // namespace wws::cli
