// Seldom: records of the log that clients can cause as often as they like.
//
// Of each cause one record a second is written; the next one says in the field "left_out" how many
// there were in between. So nobody fills a disk, or pushes others' records out. Thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/clock.h"
#include "observe/log.h"

namespace wws::observe {

class Seldom final {
 public:
  // Both are borrowed.
  Seldom(Log& log, const io::Clock& clock) : log_(log), clock_(clock) {}
  Seldom(const Seldom&) = delete;
  Seldom& operator=(const Seldom&) = delete;
  ~Seldom() = default;

  // Past kMostCauses all others are one.
  void write(Level level, std::string_view cause, std::string_view text, std::vector<Field> fields);

  static constexpr std::chrono::seconds kPause{1};
  static constexpr std::size_t kMostCauses = 64;

 private:
  struct State {
    std::optional<std::chrono::nanoseconds> next;  // nothing: there was no record yet
    std::uint64_t left_out = 0;
  };

  [[nodiscard]] State& state_of(std::string_view cause);

  Log& log_;
  const io::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, State, std::less<>> causes_;
  State others_;
};

// The same where `seldom` may be null: then every record is written.
void write_seldom(Seldom* seldom, Log& log, Level level, std::string_view cause,
                  std::string_view text, std::vector<Field> fields);

}  // namespace wws::observe
