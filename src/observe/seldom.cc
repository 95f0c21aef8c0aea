#include "observe/seldom.h"

#include <utility>

namespace wws::observe {

void Seldom::write(Level level, std::string_view cause, std::string_view text,
                   std::vector<Field> fields) {
  if (!log_.enabled(level)) return;
  std::uint64_t left_out = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.monotonic();
    State& state = state_of(cause);
    if (state.next && now < *state.next) {
      ++state.left_out;
      return;
    }
    state.next = now + kPause;
    left_out = std::exchange(state.left_out, 0);
  }
  if (left_out > 0) fields.push_back({"left_out", std::to_string(left_out)});
  log_.write(level, text, fields);
}

Seldom::State& Seldom::state_of(std::string_view cause) {
  const auto at = causes_.find(cause);
  if (at != causes_.end()) return at->second;
  return causes_.size() < kMostCauses ? causes_[std::string(cause)] : others_;
}

void write_seldom(Seldom* seldom, Log& log, Level level, std::string_view cause,
                  std::string_view text, std::vector<Field> fields) {
  if (seldom != nullptr)
    seldom->write(level, cause, text, std::move(fields));
  else if (log.enabled(level))
    log.write(level, text, fields);
}

}  // namespace wws::observe
