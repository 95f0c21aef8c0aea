#include "cli/check_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "abi/trace.h"
#include "cli/listing.h"
#include "cli/reloader.h"
#include "cli/surroundings.h"
#include "cli/workshop.h"
#include "server/check.h"

namespace wws::cli {
namespace {

void tell(const std::string& text) { fmt::print("{}\n", printable(text)); }

// Each line on one of its own, in front of it what printable() leaves as it is.
std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += "\n      " + std::string(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// A mistake as compilers write it, and the lines of source that it is in.
std::string check_line(const server::LoadFailure& failure) {
  const abi::WorkerIdentity& identity = failure.worker->identity();
  const std::string text = failure.error.to_string();
  const auto end = std::min(text.find('\n'), text.size());
  const std::string stack = text.substr(std::min(end + 1, text.size()));
  const auto frames = abi::parse_stack(stack);
  const abi::Frame* place = abi::first_place(frames);
  std::string where = identity.file;
  if (place != nullptr) where = fmt::format("{}:{}", place->file, place->line);
  if (place != nullptr && place->column > 0) where += fmt::format(":{}", place->column);
  std::string line = fmt::format("{}: {}", where, text.substr(0, end));
  if (place == nullptr) return stack.empty() ? line : line + "\n" + stack;
  if (identity.source && place->file == identity.file)
    if (const auto excerpt =
            abi::make_excerpt(place->file, *identity.source, place->line, place->column))
      line += indented(abi::to_text(*excerpt));
  return line;
}

// What is wrong with the project and its workers, a mistake a line or more; how many there are.
std::size_t tell_mistakes(const ReadProject& read, const BuiltSite& built,
                          const std::vector<server::LoadFailure>& failures) {
  for (const auto& warning : read.warnings) tell("warning: " + warning.to_string());
  std::size_t count = failures.size() + built.mistakes.size();
  for (const auto& mistake : built.mistakes) tell(mistake.to_string());
  for (const auto& file : read.project.workers)
    for (const auto& mistake : file.mistakes) {
      tell(mistake.to_string());
      ++count;
    }
  for (const auto& failure : failures) tell(check_line(failure));
  return count;
}

void tell_count(std::size_t mistakes, std::size_t workers) {
  if (mistakes == 0)
    fmt::print("✅ {} worker{}, no mistakes\n", workers, workers == 1 ? "" : "s");
  else
    fmt::print("❌ {} mistake{} in {} worker{}\n", mistakes, mistakes == 1 ? "" : "s", workers,
               workers == 1 ? "" : "s");
}

int check_project(const Options& flags, const std::filesystem::path& folder) {
  auto read = read_whole_project(folder, flags, environment);
  if (!read) {
    for (const auto& mistake : read.error().mistakes) tell(mistake);
    return 1;
  }
  // What workers say while they are loaded is not what is asked for here.
  const auto log = observe::make_stderr_log(
      flags.given.contains("--log-level") ? flags.log_level : observe::Level::Error,
      read->options.log_format);
  io::SystemClock clock;
  io::SystemRandom random;
  Workshop workshop;
  if (auto opened = open_workshop(workshop, read->options, read->project.root, clock, random, *log);
      !opened)
    return fail_with(opened.error().to_string());
  auto built =
      build_site(read->project, site_settings(read->options), workshop.parts(clock), nullptr);
  if (!built) return fail_with(built.error().to_string());
  server::Shared shared{built->site,      *workshop.runtime,
                        *workshop.images, workshop.kv,
                        *workshop.caches, clock,
                        random,           *log};
  shared.join_threads = [&workshop] { workshop.join_threads(); };
  auto failures = server::check_workers(shared);
  if (!failures) return fail_with(failures.error().to_string());
  const std::size_t mistakes = tell_mistakes(*read, *built, *failures);
  const std::size_t workers = read->project.workers.size();
  if (workers == 0 && !read->project.public_folder)
    tell("warning: no workers found in " + built->site->root + ": create an index.js there");
  tell_count(mistakes, workers);
  return mistakes == 0 ? 0 : 1;
}

}  // namespace

int check(const Options& flags) {
  const auto place = find_project(flags);
  if (!place) return fail_with(place.error().to_string());
  return check_project(flags, place->folder);
}

}  // namespace wws::cli
