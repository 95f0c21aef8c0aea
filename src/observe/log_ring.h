// LogRing: a log that passes records on and remembers the last ones, for those who look later.
//
// Bounded in count and in bytes, the oldest go first. Errors have a place of their own, so that
// chatter does not push them out. What is long is cut. Keeps what the log behind it keeps: its
// level decides. Thread-safe.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "io/clock.h"
#include "observe/log.h"

namespace wws::observe {

struct KeptRecord {
  std::uint64_t number = 0;         // ascending from 1, over all records
  std::chrono::nanoseconds time{};  // since 1970
  Level level = Level::Info;
  std::string text;
  std::vector<std::pair<std::string, std::string>> fields;

  // The field's value, or "".
  [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
};

struct RingBounds {
  std::size_t records = 2000;
  std::size_t bytes = 2u << 20;
  std::size_t errors = 200;
  std::size_t error_bytes = 1u << 20;
  std::size_t text = 4096;  // of a record's text and of each field
};

class LogRing final : public Log {
 public:
  using Filter = std::function<bool(const KeptRecord&)>;

  // Both are borrowed.
  LogRing(Log& behind, const io::Clock& clock, RingBounds bounds = {})
      : behind_(behind), clock_(clock), bounds_(bounds) {}

  [[nodiscard]] bool enabled(Level level) const noexcept override { return behind_.enabled(level); }
  void write(Level level, std::string_view text, const std::vector<Field>& fields) override;

  // The newest `most` records with a number above `after` that the filter takes, oldest first.
  [[nodiscard]] std::vector<KeptRecord> records(std::uint64_t after, std::size_t most,
                                                const Filter& filter) const;
  [[nodiscard]] std::vector<KeptRecord> errors(std::size_t most, const Filter& filter) const;
  // The number of the newest record; 0 when there was none.
  [[nodiscard]] std::uint64_t newest() const;

 private:
  struct Kept {
    std::deque<KeptRecord> records;
    std::size_t bytes = 0;
  };
  static void keep(Kept& kept, KeptRecord record, std::size_t most, std::size_t most_bytes);
  static std::vector<KeptRecord> pick(const Kept& kept, std::uint64_t after, std::size_t most,
                                      const Filter& filter);

  Log& behind_;
  const io::Clock& clock_;
  RingBounds bounds_;
  mutable std::mutex mutex_;
  std::uint64_t newest_ = 0;
  Kept all_;
  Kept errors_;
};

}  // namespace wws::observe
