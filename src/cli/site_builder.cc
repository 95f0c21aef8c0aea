#include "cli/site_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/read_file.h"
#include "bundler/imports.h"
#include "bundler/libraries.h"
#include "worker/broken_worker.h"

namespace wws::cli {
namespace {

constexpr std::uint64_t kMaxScriptBytes = 32u << 20;

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

bool is_module(const config::WorkerFile& file) { return file.extension == "wasm"; }

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

class Builder final {
 public:
  Builder(const config::Project& project, const SiteSettings& settings, SiteParts parts,
          const BuiltSite* before)
      : project_(project), settings_(settings), parts_(parts), before_(before) {
    if (before_ == nullptr) return;
    for (const auto& route : before_->site->router.routes())
      earlier_.emplace(route.file, before_->site->workers[route.target]);
  }

  Result<BuiltSite> build() {
    auto site = std::make_shared<server::Site>();
    built_.mistakes = project_.mistakes;
    std::vector<std::string> names;
    for (const auto& file : project_.workers) {
      names.push_back(file.relative);
      if (!file.mistakes.empty()) built_.broken.push_back(broken_text(file));
    }
    auto routes = router::Router::build(names, settings_.prefix);
    built_.mistakes.insert(built_.mistakes.end(), routes.mistakes.begin(), routes.mistakes.end());
    site->router = std::move(routes.router);
    site->root = project_.root.string();
    site->workers.resize(project_.workers.size());
    for (const auto& route : site->router.routes())
      site->workers[route.target] = find_worker(project_.workers[route.target], route);
    site->largest_body = largest_bound(project_, settings_.max_body);
    site->prefix = router::normalize_prefix(settings_.prefix);
    site->cors = server::Cors(settings_.cors);
    if (settings_.compression != config::Compression::All)
      site->body_coding = server::BodyCoding::Off;
    if (project_.public_folder) WWS_CHECK(open_files(*project_.public_folder, *site));
    built_.site = std::move(site);
    return std::move(built_);
  }

 private:
  Result<void> open_files(const std::filesystem::path& folder, server::Site& site) {
    const auto coding = settings_.compression == config::Compression::Off ? http::FileCoding::Off
                                                                          : http::FileCoding::On;
    WWS_TRY(site.files, http::StaticFiles::open(folder, parts_.clock, coding));
    auto& mistakes = built_.mistakes;
    auto redirects = router::Redirects::parse("public/_redirects",
                                              rules_text(*site.files, "_redirects", mistakes));
    auto headers = router::HeaderRules::parse("public/_headers",
                                              rules_text(*site.files, "_headers", mistakes));
    for (auto* found : {&redirects.mistakes, &headers.mistakes})
      mistakes.insert(mistakes.end(), found->begin(), found->end());
    site.redirects = std::move(redirects.redirects);
    site.header_rules = std::move(headers.rules);
    return {};
  }

  std::shared_ptr<worker::Worker> find_worker(const config::WorkerFile& file,
                                              const router::Route& route) {
    abi::WorkerIdentity identity{label_of(file), route.path, file.config,
                                 parts_.numbers.of(file.relative), file.relative};
    identity.config.limits.request_bytes = body_bound(file, settings_.max_body);
    if (!file.mistakes.empty()) return make_broken(file, std::move(identity));
    WorkerOrigin origin{identity.config, nullptr, std::nullopt};
    if (is_module(file)) {
      origin.stamp = stamp_of(file.file);
    } else if (auto source = read_file(file.file, kMaxScriptBytes)) {
      // As it is now: what is loaded later, or anew, belongs to the same site.
      origin.source = std::make_shared<const std::string>(std::move(*source));
      identity.source = origin.source;
    }
    const auto earlier = earlier_.find(file.relative);
    const bool same = earlier != earlier_.end() && is_as_before(file.relative, origin);
    // What it is bundled with may have changed, which only the bundler can say.
    const bool bundled = origin.source && bundler::needs_bundling(file.relative, *origin.source);
    std::shared_ptr<worker::Worker> worker;
    if (same && !bundled && may_go_on(*earlier->second, route)) worker = earlier->second;
    if (!worker) {
      worker = make(file, origin, std::move(identity));
      built_.fresh.push_back(worker);
      if (same && (!bundled || !may_go_on(*earlier->second, route)))
        built_.tried_anew.insert(file.relative);
    }
    built_.origins.emplace(file.relative, std::move(origin));
    return worker;
  }

  // What was not to be loaded may have had its reason outside of the file.
  static bool may_go_on(const worker::Worker& worker, const router::Route& route) {
    return worker.identity().route == route.path &&
           worker.status().state != worker::WorkerStatus::State::Broken;
  }

  // Then it has the source of before, which is not held twice.
  [[nodiscard]] bool is_as_before(const std::string& file, WorkerOrigin& origin) const {
    const auto was = before_->origins.find(file);
    if (was == before_->origins.end()) return false;
    const WorkerOrigin& old = was->second;
    if (old.config != origin.config || old.stamp != origin.stamp) return false;
    if (!origin.source || !old.source) return !origin.source && !old.source;
    if (*old.source != *origin.source) return false;
    origin.source = old.source;
    return true;
  }

  [[nodiscard]] std::shared_ptr<worker::Worker> make(const config::WorkerFile& file,
                                                     const WorkerOrigin& origin,
                                                     abi::WorkerIdentity identity) const {
    std::unique_ptr<worker::Worker> made;
    if (is_module(file))
      made = std::make_unique<worker::WasmWorker>(parts_.wasm, parts_.images, file.file,
                                                  origin.stamp, std::move(identity));
    else
      made = std::make_unique<worker::JsWorker>(parts_.js, parts_.images, file.file,
                                                std::move(identity));
    return parts_.bin.own(std::move(made));
  }

  std::shared_ptr<worker::Worker> make_broken(const config::WorkerFile& file,
                                              abi::WorkerIdentity identity) {
    std::string text = "its configuration is wrong";
    for (const auto& mistake : file.mistakes) text += "\n" + mistake.to_string();
    return std::make_shared<worker::BrokenWorker>(std::move(identity),
                                                  is_module(file) ? "wasm" : "javascript",
                                                  Error(ErrorKind::Invalid, text));
  }

  const config::Project& project_;
  const SiteSettings& settings_;
  SiteParts parts_;
  const BuiltSite* before_;
  std::map<std::string, std::shared_ptr<worker::Worker>> earlier_;  // by file
  BuiltSite built_;
};

// What other workers are made of is no worker.
void leave_out_libraries(config::Project& project) {
  const auto libraries = bundler::libraries_of(project);
  std::erase_if(project.workers, [&](const config::WorkerFile& file) {
    return std::ranges::binary_search(libraries, file.relative);
  });
}

}  // namespace

Result<BuiltSite> build_site(const config::Project& project, const SiteSettings& settings,
                             SiteParts parts, const BuiltSite* before) {
  config::Project workers = project;
  leave_out_libraries(workers);
  return Builder(workers, settings, parts, before).build();
}

}  // namespace wws::cli
