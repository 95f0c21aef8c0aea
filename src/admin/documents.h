// Documents: the API's answers as JSON text (openapi.json is their contract). Pure.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <vector>

#include "admin/directory.h"
#include "admin/live.h"
#include "admin/status.h"
#include "observe/log_ring.h"
#include "server/reload.h"

namespace wws::admin {

struct WorkerView {
  const DirectoryEntry& entry;
  worker::WorkerStatus status;
  observe::Figures figures;
};

// RFC 9457.
[[nodiscard]] std::string problem_document(int status, std::string_view detail);

// The two of Wasm Workers Server 1.7, in its shapes; values of variables are masked.
[[nodiscard]] std::string workers_document(const Directory& directory);
[[nodiscard]] std::string worker_document(const DirectoryEntry& entry);

[[nodiscard]] std::string server_document(const Facts& facts, const ServerStatus& status);
// One page of workers out of `matched`.
[[nodiscard]] std::string states_document(std::span<const WorkerView> page, std::size_t matched,
                                          std::size_t offset, bool keeps_instances);
[[nodiscard]] std::string state_document(const WorkerView& view,
                                         std::span<const observe::KeptRecord> errors,
                                         bool keeps_instances);
[[nodiscard]] std::string live_document(const std::deque<LiveSample>& samples);
[[nodiscard]] std::string records_document(std::span<const observe::KeptRecord> records,
                                           std::uint64_t newest);
// `entry`: the worker that the path leads to, or null.
[[nodiscard]] std::string asked_document(const server::Asked& asked, const DirectoryEntry* entry);

[[nodiscard]] std::string reload_document(const server::ReloadOutcome& outcome);

// "2026-01-31T10:00:00.123Z"
[[nodiscard]] std::string timestamp(std::chrono::nanoseconds since_1970);

}  // namespace wws::admin
