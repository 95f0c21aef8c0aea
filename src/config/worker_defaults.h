// What a project's settings say for all of its workers. Private to the room.
#pragma once

#include "config/worker_config.h"

namespace wws::config {

// From [vars], [limits] and [features.http_requests]; the document's other keys are somebody
// else's.
[[nodiscard]] std::expected<WorkerConfig, Mistakes> parse_worker_defaults(
    std::string_view file, std::string_view text, const Environment& environment);

// As in worker_config.h; what the text does not say is taken from `defaults`: variables one by one,
// lists as a whole.
[[nodiscard]] std::expected<WorkerConfig, Mistakes> parse_worker_config(
    std::string_view file, std::string_view extension, std::string_view text,
    const Environment& environment, const WorkerConfig& defaults);

}  // namespace wws::config
