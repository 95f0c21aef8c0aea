#include "config/bounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/nearest.h"
#include "config/units.h"

namespace wws::config {
namespace {

constexpr std::uint64_t kMostCount = UINT32_MAX;

struct Bound {
  enum class Kind : std::uint8_t { Count, Size, Rate } kind = Kind::Count;
  std::string_view name;
  std::uint64_t Bounds::* number = nullptr;
  std::chrono::milliseconds Bounds::* time = nullptr;
  std::uint64_t least = 0;  // milliseconds, of a time
};

using Kind = Bound::Kind;

constexpr Bound kBounds[] = {
    {.name = "connections", .number = &Bounds::connections},
    {.name = "connections_per_address", .number = &Bounds::connections_per_address},
    {.name = "requests_per_connection", .number = &Bounds::requests_per_connection},
    {.name = "streams_per_connection", .number = &Bounds::streams_per_connection, .least = 1},
    {.kind = Kind::Size, .name = "head_bytes", .number = &Bounds::head_bytes},
    {.name = "head_fields", .number = &Bounds::head_fields},
    {.name = "head_time", .time = &Bounds::head_time},
    {.name = "idle_time", .time = &Bounds::idle_time},
    {.name = "body_time", .time = &Bounds::body_time},
    {.name = "write_time", .time = &Bounds::write_time},
    {.kind = Kind::Rate, .name = "receive_rate", .number = &Bounds::receive_rate},
    {.kind = Kind::Rate, .name = "send_rate", .number = &Bounds::send_rate},
    {.name = "rate_window", .time = &Bounds::rate_window, .least = 1},
    {.name = "instances", .number = &Bounds::instances},
    {.name = "queue", .number = &Bounds::queue},
    {.name = "queue_time", .time = &Bounds::queue_time, .least = 1},
    {.name = "stop_time", .time = &Bounds::stop_time},
    {.name = "upgrade_time", .time = &Bounds::upgrade_time},
};

std::unexpected<Error> wrong(std::string text) { return fail(ErrorKind::Invalid, std::move(text)); }

std::unexpected<Error> unknown(std::string_view name) {
  std::vector<std::string_view> known;
  for (const Bound& bound : kBounds) known.push_back(bound.name);
  const std::string_view meant = nearest(name, known);
  if (!meant.empty()) return wrong(fmt::format("unknown bound, did you mean '{}'?", meant));
  return wrong(fmt::format("unknown bound; known are: {}", fmt::join(known, ", ")));
}

std::unexpected<Error> wrong_value(const Bound& bound) {
  if (bound.time != nullptr && bound.least > 0)
    return wrong(
        "must be milliseconds or a time like \"500ms\" or \"2s\", more than 0, at most 24h");
  if (bound.time != nullptr)
    return wrong(
        "must be milliseconds or a time like \"500ms\" or \"2s\", at most 24h; 0 for no bound");
  if (bound.kind == Kind::Size)
    return wrong("must be bytes or a size like \"64KiB\", less than 4 GiB; 0 for no bound");
  if (bound.kind == Kind::Rate)
    return wrong("must be bytes a second or a size like \"1KiB\"; 0 for no bound");
  return wrong(fmt::format("must be a number from {} to {}", bound.least, kMostCount));
}

}  // namespace

Result<void> set_bound(Bounds& bounds, std::string_view name, std::string_view value) {
  const auto* const bound = std::ranges::find(kBounds, name, &Bound::name);
  if (bound == std::end(kBounds)) return unknown(name);
  if (bound->time != nullptr) {
    const auto time = parse_duration(value);
    if (!time || time->count() < static_cast<std::int64_t>(bound->least))
      return wrong_value(*bound);
    bounds.*bound->time = *time;
    return {};
  }
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
  const auto number = bound->kind == Kind::Count && !digits ? std::nullopt : parse_size(value);
  if (!number || *number > kMostCount || *number < bound->least) return wrong_value(*bound);
  bounds.*bound->number = *number;
  return {};
}

Result<BoundSetting> parse_bound(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    return wrong(fmt::format("'{}' is no bound: write NAME=VALUE, queue=100", text));
  BoundSetting setting{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  Bounds tried;
  if (auto set = set_bound(tried, setting.name, setting.value); !set)
    return wrong(fmt::format("'{}': {}", text, set.error().message()));
  return setting;
}

void apply(Bounds& bounds, const std::vector<BoundSetting>& settings) {
  for (const BoundSetting& setting : settings)
    static_cast<void>(set_bound(bounds, setting.name, setting.value));
}

}  // namespace wws::config
