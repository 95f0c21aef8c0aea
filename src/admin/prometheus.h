// The server's figures in Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/).
#pragma once

#include <span>
#include <string>

#include "admin/documents.h"

namespace wws::admin {

inline constexpr char kPrometheusType[] = "text/plain; version=0.0.4; charset=utf-8";

// `asked`: the workers that had a request. Each is a few lines, so that a project of ten thousand
// costs what it uses.
[[nodiscard]] std::string prometheus_text(const Facts& facts, const ServerStatus& status,
                                          std::span<const WorkerView> asked);

}  // namespace wws::admin
