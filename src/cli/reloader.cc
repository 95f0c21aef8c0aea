#include "cli/reloader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <optional>
#include <thread>
#include <unordered_set>

#include "abi/failure_log.h"
#include "config/settings.h"
#include "io/folder_watch.h"

namespace wws::cli {
namespace {

namespace asio = boost::asio;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Folders in which nothing of a project is: hidden ones, and what is below node_modules. (Its own
// folder is watched: npm writes there when it is done.)
bool is_unwatched(std::string_view folder) {
  return name_of(folder).starts_with('.') || folder.starts_with("node_modules/") ||
         folder.find("/node_modules/") != std::string_view::npos;
}

// What editors leave beside a file that is open.
bool is_noise(std::string_view path) {
  const std::string_view name = name_of(path);
  if (path == ".env" || path == ".wwsignore" || path == ".wws.toml") return false;
  return name.ends_with('~') || name == "4913" ||
         (name.starts_with('.') &&
          path.find("node_modules/.package-lock.json") == std::string_view::npos);
}

// Folders of the project that its own workers write to.
std::vector<std::string> written_folders(const BuiltSite& built) {
  std::vector<std::string> folders;
  for (const auto& [file, origin] : built.origins)
    for (const auto& folder : origin.config.folders) {
      if (folder.read_only || !folder.from.starts_with(built.site->root + "/")) continue;
      folders.push_back(folder.from.substr(built.site->root.size() + 1));
    }
  return folders;
}

bool has_terminal() {
  const int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
  if (terminal >= 0) close(terminal);
  return terminal >= 0;
}

// nohup(1) and such.
bool hang_ups_are_ignored() {
  struct sigaction action{};
  return sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

// Of a worker that does not load, with the place in its source.
struct Problem {
  std::string text;
  std::vector<observe::Field> fields;
};

Problem problem_of(const server::LoadFailure& failure) {
  const abi::WorkerIdentity& identity = failure.worker->identity();
  const std::string text = failure.error.to_string();
  const auto end = std::min(text.find('\n'), text.size());
  Problem problem{identity.file + ": " + text.substr(0, end), {{"worker", identity.label}}};
  abi::add_trace(problem.fields, text.substr(std::min(end + 1, text.size())), identity);
  return problem;
}

// Those of `now` that were not there before.
std::vector<std::string> added(std::vector<std::string> now,
                               const std::vector<std::string>& before) {
  std::erase_if(
      now, [&](const std::string& one) { return std::ranges::find(before, one) != before.end(); });
  return now;
}

std::vector<std::string> texts(const config::Mistakes& mistakes) {
  std::vector<std::string> lines;
  for (const auto& mistake : mistakes) lines.push_back(mistake.to_string());
  return lines;
}

class ThreadReloader final : public Reloader {
 public:
  ThreadReloader(ReloaderParts parts, BuiltSite first)
      : parts_(std::move(parts)),
        current_(std::move(first)),
        work_(asio::make_work_guard(context_)),
        ends_with_terminal_(has_terminal() && !hang_ups_are_ignored()),
        signals_(context_, SIGHUP) {}
  ~ThreadReloader() override { stop(); }

  Result<void> start(Watch watch) {
    if (watch == Watch::Yes) {
      WWS_TRY(watch_, io::watch_folder(context_.get_executor(), current_.site->root,
                                       {.skips = is_unwatched},
                                       [this](io::FolderWatch::Report report) { see(report); }));
      if (const std::string trouble = watch_->trouble(); !trouble.empty()) parts_.log.warn(trouble);
    }
    wait_for_signal();
    parts_.bin.on_filled([this] { asio::post(context_, [this] { clear_away(); }); });
    thread_ = std::jthread([this] { context_.run(); });
    return {};
  }

  void reload(std::string why, std::function<void(const server::ReloadOutcome&)> done) override {
    asio::post(context_, [this, why = std::move(why), done = std::move(done)]() mutable {
      ask(std::move(why), std::move(done));
    });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    parts_.bin.on_filled(nullptr);
    context_.stop();
    thread_.join();
  }

 private:
  using Done = std::function<void(const server::ReloadOutcome&)>;

  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      if (ends_with_terminal_ && !has_terminal())
        parts_.hang_up();
      else
        hear_hang_up();
      wait_for_signal();
    });
  }

  void hear_hang_up() {
    if (parts_.certificates != nullptr) {
      if (const auto loaded = parts_.certificates->reload(); !loaded)
        parts_.log.warn("the certificates are not reloaded; the old ones stay",
                        {{"why", loaded.error().to_string()}});
      else
        parts_.log.info("certificates are read again");
    }
    ask("SIGHUP", nullptr);
  }

  void see(const io::FolderWatch::Report& report) {
    const auto own = written_folders(current_);
    const auto counts = [&own](const std::string& path) {
      return !is_noise(path) && std::ranges::none_of(own, [&path](const std::string& folder) {
        return path == folder || path.starts_with(folder + "/");
      });
    };
    const auto first = std::ranges::find_if(report.paths, counts);
    if (first == report.paths.end() && !report.everything) return;
    const auto count = std::ranges::count_if(report.paths, counts);
    ask(report.everything ? "many files changed"
        : count == 1      ? *first + " changed"
                          : fmt::format("{} and {} more changed", *first, count - 1),
        nullptr);
  }

  // One at a time: what is asked for meanwhile is one more, of the project as it is then.
  void ask(std::string why, Done done) {
    if (done) waiting_.push_back(std::move(done));
    if (busy_) {
      again_ = std::move(why);
      return;
    }
    busy_ = true;
    answering_ = std::exchange(waiting_, {});
    make(std::move(why));
  }

  void make(std::string why) {
    began_ = parts_.clock.monotonic();
    auto read = read_whole_project(parts_.folder, parts_.flags, parts_.environment);
    if (!read) return refuse(why, read.error().mistakes);
    auto built =
        build_site(read->project, site_settings(read->options), parts_.site_parts, &current_);
    if (!built) return refuse(why, std::vector{built.error().to_string()});
    tell_of_settings(read->options);
    auto fresh = built->fresh;  // before it is moved away
    parts_.server.load(std::move(fresh), [this, why = std::move(why),
                                          made = std::make_shared<BuiltSite>(std::move(*built))](
                                             std::vector<server::LoadFailure> failures) {
      asio::post(context_, [this, why, made, failures = std::move(failures)] {
        finish(why, std::move(*made), failures);
      });
    });
  }

  void finish(const std::string& why, BuiltSite built,
              const std::vector<server::LoadFailure>& failures) {
    std::vector<Problem> problems;
    for (const auto& broken : added(built.broken, current_.broken))
      problems.push_back({broken, {}});
    for (const auto& failure : failures)
      if (!built.tried_anew.contains(failure.worker->identity().file))
        problems.push_back(problem_of(failure));
    const auto warnings = added(texts(built.mistakes), texts(current_.mistakes));
    if (parts_.reload == nullptr && !(problems.empty() && warnings.empty())) {
      for (const auto& warning : warnings) problems.push_back({warning, {}});
      return refuse(why, problems);
    }
    for (const auto& warning : warnings) parts_.log.warn(warning);
    for (const auto& problem : problems) parts_.log.error(problem.text, problem.fields);
    const std::size_t count = built.site->router.routes().size();
    const std::string text =
        fmt::format("reloaded ({}): {} of {} workers new, in {:.1f} ms", why,
                    built.fresh.size() - built.tried_anew.size(), count,
                    static_cast<double>((parts_.clock.monotonic() - began_).count()) / 1e6);
    parts_.server.replace(built.site);
    built.fresh.clear();
    current_ = std::move(built);
    if (parts_.reload) parts_.reload->changed();
    parts_.log.info(text);
    end({true, text, lines_of(problems)});
  }

  void refuse(const std::string& why, const std::vector<Problem>& problems) {
    const std::string text =
        fmt::format("not reloaded ({}): {} mistake{}; what was served before goes on to be served",
                    why, problems.size(), problems.size() == 1 ? "" : "s");
    parts_.log.error(text);
    for (const auto& problem : problems) parts_.log.error(problem.text, problem.fields);
    if (parts_.reload) parts_.reload->problem(text + ": " + problems.front().text);
    end({false, text, lines_of(problems)});
  }
  void refuse(const std::string& why, const std::vector<std::string>& mistakes) {
    std::vector<Problem> problems;
    for (const auto& mistake : mistakes) problems.push_back({mistake, {}});
    refuse(why, problems);
  }

  static std::vector<std::string> lines_of(const std::vector<Problem>& problems) {
    std::vector<std::string> lines;
    for (const auto& problem : problems) lines.push_back(problem.text);
    return lines;
  }

  void end(const server::ReloadOutcome& outcome) {
    for (const auto& done : std::exchange(answering_, {})) done(outcome);
    busy_ = false;
    if (!again_ && waiting_.empty()) return;
    std::string why = again_.value_or("asked for");
    again_.reset();
    ask(std::move(why), nullptr);
  }

  // What is decided when the server starts.
  void tell_of_settings(const Options& now) {
    const Options& was = parts_.served;
    const auto tell = [this](bool same, std::string_view name) {
      if (!same)
        parts_.log.warn(
            fmt::format("wws.toml: the new {} takes effect when the server is started anew, or "
                        "upgraded (SIGUSR2)",
                        name));
    };
    tell(now.host == was.host, "host");
    tell(now.port == was.port, "port");
    tell(now.listen == was.listen, "listen");
    tell(now.tls_certificates == was.tls_certificates && now.tls_keys == was.tls_keys, "tls");
    tell(now.redirect_https == was.redirect_https, "redirect_https");
    tell(now.trusted_proxies == was.trusted_proxies, "trusted_proxies");
    tell(now.proxy_protocol == was.proxy_protocol, "proxy_protocol");
    tell(now.bounds == was.bounds, "bounds");
    tell(now.max_sockets == was.max_sockets, "max_sockets");
    tell(now.admin_port == was.admin_port, "admin_port");
    tell(now.threads == was.threads, "threads");
    tell(now.image_memory == was.image_memory, "image_memory");
    tell(now.guest_memory == was.guest_memory, "guest_memory");
    tell(now.cache.bytes == was.cache.bytes, "cache_memory");
    tell(now.cache.entry_bytes == was.cache.entry_bytes, "cache_entry_size");
    tell(now.cache.entries == was.cache.entries, "cache_entries");
    tell(now.fresh_instances == was.fresh_instances, "fresh_instances");
    tell(now.log_level == was.log_level, "log_level");
    tell(now.log_format == was.log_format, "log_format");
    tell(now.access_log == was.access_log, "access_log");
    tell(now.access_format == was.access_format, "access_log_format");
  }

  // Workers that nobody holds any more; instances keep the images of some of them.
  void clear_away() {
    if (!parts_.bin.empty()) return;
    auto wanted = std::make_shared<std::unordered_set<const wasm::Image*>>();
    for (const auto& worker : current_.site->workers)
      if (const auto image = worker ? worker->image() : nullptr) wanted->insert(image.get());
    parts_.server.drop_idle(
        [wanted](const wasm::Image& image) { return wanted->contains(&image); });
  }

  ReloaderParts parts_;
  BuiltSite current_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  const bool ends_with_terminal_;  // asked before there is a handler
  asio::signal_set signals_;
  std::unique_ptr<io::FolderWatch> watch_;
  bool busy_ = false;
  std::optional<std::string> again_;  // why
  std::vector<Done> waiting_, answering_;
  std::chrono::nanoseconds began_{};
  std::jthread thread_;
};

}  // namespace

SiteSettings site_settings(const Options& options) {
  return {options.prefix, options.cors, options.compression, options.max_body};
}

std::expected<ReadProject, Unreadable> read_whole_project(const std::filesystem::path& folder,
                                                          const Options& flags,
                                                          const config::Environment& environment) {
  auto settings = config::read_settings(folder, environment);
  using What = Unreadable::What;
  if (!settings) return std::unexpected(Unreadable{What::Settings, texts(settings.error())});
  ReadProject read{flags, {}, std::move(settings->warnings)};
  apply_settings(read.options, settings->server);
  auto project = config::read_project(folder,
                                      {.ignore = read.options.ignore,
                                       .ignored = std::move(settings->ignored),
                                       .allow_outside_folders = flags.allow_outside_folders,
                                       .defaults = std::move(settings->workers)},
                                      settings->environment);
  if (!project) return std::unexpected(Unreadable{What::Folder, {project.error().to_string()}});
  read.project = std::move(*project);
  return read;
}

Result<std::unique_ptr<Reloader>> start_reloader(ReloaderParts parts, BuiltSite first,
                                                 Watch watch) {
  auto reloader = std::make_unique<ThreadReloader>(std::move(parts), std::move(first));
  WWS_CHECK(reloader->start(watch));
  return std::unique_ptr<Reloader>(std::move(reloader));
}

}  // namespace wws::cli
