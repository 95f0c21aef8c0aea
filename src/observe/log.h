// Log: where every room reports what a person at the terminal should know.
//
// A record is a level, one line of text and named fields. The text is for people; fields carry the
// values. Guest text is never trusted: control characters are escaped by the sink, so a worker
// cannot forge a line of the log. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::observe {

enum class Level : std::uint8_t { Trace, Debug, Info, Warn, Error, Off };
enum class LogFormat : std::uint8_t { Text, Json, Pretty };

// "trace" ... "off"; anything else is an Invalid error naming the choices.
[[nodiscard]] Result<Level> parse_level(std::string_view text);
[[nodiscard]] std::string_view to_string(Level level) noexcept;

struct Field {
  std::string_view name;
  std::string value;
};

class Log {
 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;

  // Whether records of this level are kept: ask before building an expensive one.
  [[nodiscard]] virtual bool enabled(Level level) const noexcept = 0;
  virtual void write(Level level, std::string_view text, const std::vector<Field>& fields) = 0;

  void trace(std::string_view text, const std::vector<Field>& f = {}) {
    put(Level::Trace, text, f);
  }
  void debug(std::string_view text, const std::vector<Field>& f = {}) {
    put(Level::Debug, text, f);
  }
  void info(std::string_view text, const std::vector<Field>& f = {}) { put(Level::Info, text, f); }
  void warn(std::string_view text, const std::vector<Field>& f = {}) { put(Level::Warn, text, f); }
  void error(std::string_view text, const std::vector<Field>& f = {}) {
    put(Level::Error, text, f);
  }

 private:
  void put(Level level, std::string_view text, const std::vector<Field>& fields) {
    if (enabled(level)) write(level, text, fields);
  }
};

// Writes to stderr, one record a line; text form "2026-01-31T10:00:00.123Z INFO  text key=value"
// (further lines and the fields "excerpt" and "stack" follow indented), JSON form
// {"time":…,"level":…,"message":…,"key":…}. Pretty is for a person who watches: local time, and
// colours on a terminal unless NO_COLOR is set (https://no-color.org).
[[nodiscard]] std::unique_ptr<Log> make_stderr_log(Level level, LogFormat format);

// A record in text form without time and line end, as make_stderr_log() writes it. A text that
// could be read as having fields of its own (" key=") is put in quotes, within which quotes and
// backslashes have a backslash, as in values.
[[nodiscard]] std::string text_record(Level level, std::string_view text,
                                      const std::vector<Field>& fields);

// Keeps records in memory, for tests.
class MemoryLog final : public Log {
 public:
  struct Record {
    Level level;
    std::string text;
    std::vector<std::pair<std::string, std::string>> fields;
  };

  [[nodiscard]] bool enabled(Level) const noexcept override { return true; }
  void write(Level level, std::string_view text, const std::vector<Field>& fields) override;
  [[nodiscard]] std::vector<Record> records() const;
  // Whether some record's text or field value contains `part`.
  [[nodiscard]] bool contains(std::string_view part) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Record> records_;
};

// Escapes control characters and invalid UTF-8 as \n, \t, \xHH, and what would change the order of
// the characters on a screen, or break a line, as \uHHHH; other text stays as it is.
[[nodiscard]] std::string escape_for_log(std::string_view text);

}  // namespace wws::observe
