#include "bundler/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>  // NOLINT: mkdtemp is not in <cstdlib>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "abi/resume_until.h"
#include "abi/wasi_p1/loop_timers.h"
#include "abi/wasi_p1/wasi.h"

namespace wws::bundler {
namespace {

namespace asio = boost::asio;
namespace wasi = abi::wasi_p1;

// A large application takes seconds; whoever writes a project must not hold the server longer.
constexpr std::chrono::seconds kMaxCpu{60};
constexpr std::chrono::seconds kMaxWall{120};
constexpr std::uint64_t kMaxMemory = 1u << 30;
constexpr std::size_t kMaxOutput = 128u << 20;
constexpr std::size_t kMaxErrorText = 4096;

class User final : public wasi::User {
 public:
  User(SandboxRun run, const io::Clock& clock, io::Random& random, wasi::Timers& timers)
      : folders_(std::move(run.folders)),
        state_(
            options_of(std::move(run), folders_),
            [this](std::string_view line) {
              if (errors_.size() < kMaxErrorText) errors_.append(line).append("\n");
            },
            clock, random, timers) {}
  [[nodiscard]] wasi::WasiState& wasi() noexcept override { return state_; }
  [[nodiscard]] const std::string& errors() const noexcept { return errors_; }

 private:
  static wasi::WasiOptions options_of(SandboxRun run,
                                      std::span<const bindings::files::Mount> folders) {
    wasi::WasiOptions options;
    options.arguments = std::move(run.arguments);
    // It collects garbage only where much of its memory is in use.
    options.environment = {"PWD=/", "GOGC=off", "GOMEMLIMIT=512MiB"};
    options.input = std::move(run.input);
    options.max_output = kMaxOutput;
    options.max_wall = kMaxWall;
    options.folders = folders;
    return options;
  }

  std::vector<bindings::files::Mount> folders_;
  std::string errors_;
  wasi::WasiState state_;
};

Task<void> call_start(asio::any_io_executor loop, wasm::InstancePool& pool,
                      std::shared_ptr<const wasm::Program> program, wasi::User& user,
                      Result<void>& outcome) {
  auto lease = co_await pool.acquire(program, program->base_image());
  if (!lease) {
    outcome = fail(std::move(lease).error());
    co_return;
  }
  (*lease)->set_user(static_cast<wasi::User*>(&user));
  (*lease)->set_limits({.cpu = kMaxCpu, .memory_bytes = kMaxMemory});
  auto result = (*lease)->try_call("_start", {});
  if (!result) {
    result = co_await abi::resume_until(loop, **lease, abi::deadline_after(kMaxWall));
  }
  (*lease)->mark_unclean();
  if (!*result) outcome = fail(std::move(*result).error());
}

constexpr std::string_view kScratch = "wws-scratch-";

// The folder, opened and locked; -1 when somebody else has it, or it is none of this user's.
int lock_folder(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file < 0) return -1;
  struct stat info{};
  if (fstat(file, &info) == 0 && info.st_uid == geteuid() && flock(file, LOCK_EX | LOCK_NB) == 0)
    return file;
  close(file);
  return -1;
}

// What processes left behind that ended early. A folder that is as young as ours may be one that is
// not locked yet.
void remove_left_behind(const std::filesystem::path& ours) {
  std::error_code error;
  const auto now = std::filesystem::last_write_time(ours, error);
  for (std::filesystem::directory_iterator entry(ours.parent_path(), error), end;
       !error && entry != end; entry.increment(error)) {
    if (!entry->path().filename().string().starts_with(kScratch)) continue;
    std::error_code gone;
    const auto made = entry->last_write_time(gone);
    if (gone || now - made < std::chrono::minutes(1)) continue;
    const int lock = lock_folder(entry->path());
    if (lock < 0) continue;
    std::filesystem::remove_all(entry->path(), gone);
    close(lock);
  }
}

}  // namespace

Result<std::unique_ptr<ScratchFolder>> ScratchFolder::create() {
  std::error_code error;
  std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) parent = "/tmp";
  parent = std::filesystem::canonical(parent, error);
  std::string name = (parent / (std::string(kScratch) + "XXXXXX")).string();
  if (error || mkdtemp(name.data()) == nullptr)
    return fail(ErrorKind::Denied,
                fmt::format("no folder can be made in '{}' (set TMPDIR to another): {}",
                            parent.string(), error ? error.message() : std::strerror(errno)));
  std::unique_ptr<ScratchFolder> folder(new ScratchFolder(name, lock_folder(name)));
  remove_left_behind(folder->path());
  return folder;
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (lock_ >= 0) close(lock_);
}

Result<void> ScratchFolder::write(std::string_view name, std::string_view content) const {
  const std::filesystem::path file = path_ / name;
  std::ofstream out(file, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (out) return {};
  return fail(ErrorKind::Exhausted, fmt::format("cannot write '{}'", file.string()));
}

Result<std::string> run_in_sandbox(wasm::Runtime& runtime,
                                   std::shared_ptr<const wasm::Program> program, SandboxRun run,
                                   const io::Clock& clock, io::Random& random) {
  asio::io_context loop{1};
  const auto timers = wasi::make_loop_timers(loop.get_executor());
  User user(std::move(run), clock, random, *timers);
  Result<void> outcome;
  {
    wasm::PoolOptions options;
    options.max_instances = options.max_per_image = 1;
    options.max_kept = 0;
    const auto pool = runtime.make_pool(loop.get_executor(), options);
    asio::co_spawn(loop, call_start(loop.get_executor(), *pool, std::move(program), user, outcome),
                   [](std::exception_ptr) {});
    loop.run();
  }
  user.wasi().flush_errors();
  const auto code = user.wasi().exit_code();
  if (code == 0u || (!code && outcome)) return user.wasi().take_output();
  std::string why = code ? fmt::format("exit code {}", *code) : outcome.error().to_string();
  if (!user.errors().empty()) why += "\n" + user.errors();
  return fail(code ? ErrorKind::GuestFault : outcome.error().kind(), "the bundler stopped: " + why);
}

}  // namespace wws::bundler
