// Runs a folder of WASI preview 1 cases: each NAME.wasm with what NAME.json says, through the real
// runtime and our WASI. The JSON is that of the public wasi-testsuite (its legacy form): `args`,
// `env`, `root` (a folder beside it, mounted as "/"), `exit_code`, `stdout`, `stderr`; and for our
// own cases `folders` ([{"from", "to", "read_only"}]) and `links` (path below the root: target).
//
//   wws_wasi_suite [--fresh] [--rounds N] [--only NAME] FOLDER...
//
// Every round gets copies of the case's folders. Prints a line a case; exits 1 if one failed. Each
// case must leave no descriptor of the host open.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "abi/wasi_p1/loop_timers.h"
#include "abi/wasi_p1/thread_blocking.h"
#include "abi/wasi_p1/wasi.h"
#include "observe/log.h"
#include "wasm/runtime.h"

namespace wws {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using bindings::files::Access;
using bindings::files::Mount;
using nlohmann::json;

struct Settings {
  wasm::RestoreMode mode = wasm::RestoreMode::Auto;
  int rounds = 3;
  std::string only;
  std::vector<fs::path> folders;
};

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t open_descriptors() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// A folder that is gone at the end.
class ScratchFolder final {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "wws-wasi-XXXXXX").string();
    path_ = fs::canonical(mkdtemp(pattern.data()));
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

struct Case {
  fs::path module;
  json wanted;
};

// Copies of a case's folders, and where they are mounted.
std::vector<Mount> lay_out(const Case& one, const fs::path& scratch) {
  std::vector<Mount> mounts;
  const auto add = [&](const std::string& from, const std::string& to, Access access) {
    const fs::path copy = scratch / fmt::format("{}", mounts.size()) / "folder";
    fs::create_directories(copy);
    const fs::path original = one.module.parent_path() / from;
    if (fs::exists(original))
      fs::copy(original, copy, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    mounts.push_back({copy.string(), to, access});
  };
  if (one.wanted.contains("root")) add(one.wanted["root"], "/", Access::ReadWrite);
  for (const auto& folder : one.wanted.value("folders", json::array()))
    add(folder["from"], folder["to"],
        folder.value("read_only", false) ? Access::ReadOnly : Access::ReadWrite);
  const json links = one.wanted.value("links", json::object());
  for (const auto& [name, target] : links.items())
    fs::create_symlink(target.get<std::string>(), fs::path(mounts.at(0).from) / name);
  return mounts;
}

struct User final : abi::wasi_p1::User {
  User(abi::wasi_p1::WasiOptions options, const io::Clock& clock, io::Random& random,
       abi::wasi_p1::Timers& timers)
      : state(
            std::move(options), [this](std::string_view line) { errors.append(line).append("\n"); },
            clock, random, timers) {}
  abi::wasi_p1::WasiState& wasi() noexcept override { return state; }
  std::string errors;
  abi::wasi_p1::WasiState state;
};

class Suite final {
 public:
  explicit Suite(Settings settings) : settings_(std::move(settings)) {}

  int run() {
    wasm::RuntimeOptions options;
    options.restore = settings_.mode;
    options.check_every_restore = true;
    auto runtime = wasm::make_runtime(options, clock_, log_);
    if (!runtime) {
      fmt::print(stderr, "{}\n", runtime.error().to_string());
      return 2;
    }
    runtime_ = std::move(*runtime);
    pool_ = runtime_->make_pool(loop_.get_executor(), {});
    for (const fs::path& folder : settings_.folders) run_folder(folder);
    fmt::print("{} of {} cases pass, {} of them on instances that are kept\n", count_ - failed_,
               count_, kept_);
    threads_.join();
    return failed_ == 0 && count_ > 0 ? 0 : 1;
  }

 private:
  void run_folder(const fs::path& folder) {
    std::vector<fs::path> modules;
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".wasm" &&
          (settings_.only.empty() || entry.path().stem() == settings_.only))
        modules.push_back(entry.path());
    std::ranges::sort(modules);
    for (const fs::path& module : modules) {
      const fs::path specification = fs::path(module).replace_extension(".json");
      const std::string fault =
          run_case({module, fs::exists(specification) ? json::parse(read_text(specification))
                                                      : json::object()});
      ++count_;
      if (!fault.empty()) ++failed_;
      fmt::print("{} {}{}\n", fault.empty() ? "pass" : "FAIL", module.stem().string(),
                 fault.empty() ? "" : ": " + fault);
      std::fflush(stdout);
    }
  }

  // What is wrong; empty when the case passes.
  std::string run_case(const Case& one) {
    const std::string bytes = read_text(one.module);
    auto program = runtime_->compile(as_bytes(bytes), abi::wasi_p1::host_functions());
    if (!program) return program.error().to_string();
    const bool keeps = settings_.mode == wasm::RestoreMode::Auto && (*program)->kept();
    for (int round = 0; round < settings_.rounds; ++round) {
      const ScratchFolder scratch;
      const std::vector<Mount> mounts = lay_out(one, scratch.path());
      const std::size_t before = open_descriptors();
      std::string fault = run_once(one, *program, mounts);
      if (fault.empty() && open_descriptors() != before && round > 0)
        fault = "descriptors of the host were left open";
      if (!fault.empty()) return fmt::format("{} (round {})", fault, round + 1);
    }
    if (settings_.mode == wasm::RestoreMode::Auto && !runtime_->keeps_instances())
      return "instances are not kept any more: " + runtime_->why_not_kept();
    if (keeps) ++kept_;
    return "";
  }

  std::string run_once(const Case& one, const std::shared_ptr<const wasm::Program>& program,
                       const std::vector<Mount>& mounts) {
    abi::wasi_p1::WasiOptions options;
    options.arguments = {one.module.filename().string()};
    for (const auto& argument : one.wanted.value("args", json::array()))
      options.arguments.push_back(argument);
    const json variables = one.wanted.value("env", json::object());
    for (const auto& [name, value] : variables.items())
      options.environment.push_back(name + "=" + value.get<std::string>());
    options.folders = mounts;
    options.blocking = blocking_.get();
    User user(std::move(options), clock_, random_, *timers_);
    std::optional<Error> ended;
    asio::co_spawn(loop_, drive(program, user, ended), asio::detached);
    loop_.restart();
    loop_.run();
    user.state.flush_errors();
    return judge(one, user, ended);
  }

  Task<void> drive(std::shared_ptr<const wasm::Program> program, User& user,
                   std::optional<Error>& ended) {
    auto lease = co_await pool_->acquire(program, program->base_image());
    if (!lease) {
      ended = lease.error();
      co_return;
    }
    (*lease)->set_user(static_cast<abi::wasi_p1::User*>(&user));
    (*lease)->set_limits({.cpu = std::chrono::seconds(60)});
    auto outcome = co_await (*lease)->call("_start", {});
    if (!outcome) ended = std::move(outcome).error();
  }

  static std::string judge(const Case& one, const User& user, const std::optional<Error>& ended) {
    const std::int64_t wanted = one.wanted.value("exit_code", 0);
    const auto code = user.state.exit_code();
    const std::string said = user.errors.empty() ? "" : "; stderr: " + user.errors;
    if (!code && ended) return ended->to_string() + said;
    if (code.value_or(0) != wanted)
      return fmt::format("exit code {} instead of {}{}", code.value_or(0), wanted, said);
    if (one.wanted.contains("stdout") && one.wanted["stdout"] != user.state.output())
      return fmt::format("stdout is \"{}\"", user.state.output());
    if (one.wanted.contains("stderr") && one.wanted["stderr"] != user.errors)
      return fmt::format("stderr is \"{}\"", user.errors);
    return "";
  }

  Settings settings_;
  io::SystemClock clock_;
  io::SystemRandom random_;
  observe::MemoryLog log_;
  asio::io_context loop_{1};
  asio::thread_pool threads_{1};
  std::unique_ptr<abi::wasi_p1::Timers> timers_ =
      abi::wasi_p1::make_loop_timers(loop_.get_executor());
  std::unique_ptr<abi::wasi_p1::Blocking> blocking_ =
      abi::wasi_p1::make_thread_blocking(loop_.get_executor(), threads_.get_executor());
  std::unique_ptr<wasm::Runtime> runtime_;
  std::unique_ptr<wasm::InstancePool> pool_;
  int count_ = 0;
  int failed_ = 0;
  int kept_ = 0;
};

std::optional<Settings> read_settings(const std::vector<std::string>& arguments) {
  Settings settings;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--fresh")
      settings.mode = wasm::RestoreMode::Fresh;
    else if (arguments[i] == "--rounds" && has_value)
      settings.rounds = std::max(1, std::atoi(arguments[++i].c_str()));
    else if (arguments[i] == "--only" && has_value)
      settings.only = arguments[++i];
    else if (fs::is_directory(arguments[i]))
      settings.folders.emplace_back(arguments[i]);
    else
      return std::nullopt;
  }
  if (settings.folders.empty()) return std::nullopt;
  return settings;
}

}  // namespace
}  // namespace wws

int main(int argc, char** argv) {
  auto settings = wws::read_settings({argv + 1, argv + argc});
  if (!settings) {
    fmt::print(stderr, "usage: wws_wasi_suite [--fresh] [--rounds N] [--only NAME] FOLDER...\n");
    return 2;
  }
  return wws::Suite(std::move(*settings)).run();
}
