// Reloader: takes changes of the project over while it is served.
//
// On a thread of its own it reads the project again when it is asked to (a SIGHUP, an operator) or
// when files have changed, makes a new site beside the one that is served, loads what is new in it,
// and has the server change over in one step. Where that site would be worse than the one that is
// served, because of settings that are wrong, or of a worker that is new or changed and does not
// load, nothing changes and the log says why. In development a worker that does not load is no
// reason: its page shows what is wrong with it.
//
// Workers whose file, route and configuration are as before go on with what they have loaded. What
// is not needed any more is freed here, when the last request on it has ended.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/options.h"
#include "cli/site_builder.h"
#include "develop/live_reload.h"
#include "http/tls/certificates.h"
#include "server/reload.h"
#include "server/server.h"

namespace wws::cli {

struct ReloaderParts {
  Options flags;                 // as the command line said them, without the project's settings
  Options served;                // as they were applied at the start
  std::filesystem::path folder;  // of the project
  config::Environment environment;
  SiteParts site_parts;
  server::Server& server;  // borrowed, as all below; the server may end before stop()
  WorkerBin& bin;
  observe::Log& log;
  const io::Clock& clock;
  develop::LiveReload* reload = nullptr;            // null in production
  http::tls::Certificates* certificates = nullptr;  // null: nothing speaks HTTPS
  std::function<void()> hang_up;  // on a SIGHUP because the terminal is gone: ends the server
};

class Reloader {
 public:
  Reloader() = default;
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;
  virtual ~Reloader() = default;

  // From any thread. `done` is called on the reloader's thread, once; at the end it may be dropped.
  virtual void reload(std::string why, std::function<void(const server::ReloadOutcome&)> done) = 0;
  // Ends the thread; what it was making is dropped. The server is not asked for anything after it.
  virtual void stop() = 0;
};

// What of the options a site is made with.
[[nodiscard]] SiteSettings site_settings(const Options& options);

enum class Watch : bool { No, Yes };
// `first` is what is served. SIGHUP is a wish to reload from now on. Errors: those of
// io::watch_folder().
[[nodiscard]] Result<std::unique_ptr<Reloader>> start_reloader(ReloaderParts parts, BuiltSite first,
                                                               Watch watch);

struct ReadProject {
  Options options;  // with the project's settings
  config::Project project;
  config::Mistakes warnings;
};
// Why a project cannot be served at all.
struct Unreadable {
  enum class What : std::uint8_t { Settings, Folder } what;
  std::vector<std::string> mistakes;  // of a folder: one
};
[[nodiscard]] std::expected<ReadProject, Unreadable> read_whole_project(
    const std::filesystem::path& folder, const Options& flags,
    const config::Environment& environment);

}  // namespace wws::cli
