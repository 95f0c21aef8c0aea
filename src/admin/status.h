// What the admin's documents are made of, gathered for one answer. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "bindings/cache.h"
#include "observe/metrics.h"
#include "server/server.h"

namespace wws::admin {

// What does not change while the server runs.
struct Facts {
  std::string version;
  std::string project;  // the folder
  std::string address;  // "http://127.0.0.1:8080"
  std::size_t loops = 1;
  std::chrono::nanoseconds started{};  // since 1970
};

struct WorkerCounts {
  std::size_t total = 0, loaded = 0, unloaded = 0, broken = 0, replayed = 0, fresh = 0;
  std::size_t image_pages = 0, image_bytes = 0;
};

struct ProcessStatus {
  std::uint64_t resident_bytes = 0;
  double cpu_seconds = 0;
};

struct ServerStatus {
  server::Server::Phase phase = server::Server::Phase::Starting;
  std::chrono::nanoseconds now{};  // since 1970
  bool keeps_instances = false;
  std::string why_not_kept;
  WorkerCounts workers;
  bool serves_files = false;
  observe::Figures figures;
  // Of the loops that answered in time: a busy one is left out.
  std::size_t loops_seen = 0;
  server::LoopStatus loops;  // their sum
  bindings::CacheStats caches;
  ProcessStatus process;
};

}  // namespace wws::admin
