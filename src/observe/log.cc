#include "observe/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

namespace wws::observe {
namespace {

spdlog::level::level_enum to_spdlog(Level level) noexcept {
  switch (level) {
    case Level::Trace: return spdlog::level::trace;
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warn: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
    case Level::Off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     ms);
}

// The length of the valid UTF-8 sequence at `at`, or 0. RFC 3629 section 4.
std::size_t utf8_sequence(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if ((lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f) ||
      (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f))
    return 0;
  return length;
}

// Of a sequence of three bytes.
unsigned code_point(std::string_view sequence) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  return (byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
}

// Line and paragraph separators, and what changes the direction of writing
// (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
bool misleads(std::string_view sequence) noexcept {
  const unsigned point = code_point(sequence);
  return point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2066 && point <= 0x2069);
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// Whether a part of it reads like a field: a name and '=', at the start or after a space.
bool imitates_fields(std::string_view text) {
  if (text.starts_with('"')) return true;
  for (auto at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    auto begin = at;
    while (begin > 0 &&
           (std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0 ||
            text[begin - 1] == '_' || text[begin - 1] == '.' || text[begin - 1] == '-'))
      --begin;
    if (begin < at && (begin == 0 || text[begin - 1] == ' ')) return true;
  }
  return false;
}

bool is_below(const Field& field) { return field.name == "stack" || field.name == "excerpt"; }

std::string field_text(const Field& field) {
  const std::string value = escape_for_log(field.value);
  const bool quote = value.empty() || value.find_first_of(" \"=\\") != std::string::npos;
  return fmt::format(" {}={}", field.name, quote ? in_quotes(value) : value);
}

// Further lines of a text and of a stack stand below their record; the indentation tells them
// from a record.
std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view frame = text.substr(0, end);
    if (frame.find_first_not_of(' ') != std::string_view::npos)
      out += "\n    " + escape_for_log(frame);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string below(std::string_view text, const std::vector<Field>& fields) {
  std::string out = indented(text);
  for (const auto& field : fields)
    if (is_below(field)) out += indented(field.value);
  return out;
}

std::string upper_name(Level level) {
  std::string upper(to_string(level));
  for (auto& c : upper) c = static_cast<char>(c - 'a' + 'A');
  return upper;
}

std::string json_line(Level level, std::string_view text, const std::vector<Field>& fields) {
  nlohmann::ordered_json record;
  record["time"] = utc_now();
  record["level"] = to_string(level);
  record["message"] = text;
  for (const auto& field : fields) record[std::string(field.name)] = field.value;
  return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string local_time() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

// SGR codes: https://www.ecma-international.org/publications-and-standards/standards/ecma-48/
std::string_view colour_of(Level level) {
  switch (level) {
    case Level::Error: return "31;1";
    case Level::Warn: return "33";
    case Level::Info: return "36";
    default: return "2";
  }
}

std::string pretty_line(Level level, std::string_view text, const std::vector<Field>& fields,
                        bool coloured) {
  const auto paint = [coloured](std::string_view code, std::string_view what) {
    return coloured && !what.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, what)
                                     : std::string(what);
  };
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view first = text.substr(0, end);
  std::string values;
  for (const auto& field : fields)
    if (!is_below(field)) values += field_text(field);
  const std::string shown = escape_for_log(first);
  return fmt::format("{} {} {}{}{}", paint("2", local_time()),
                     paint(colour_of(level), fmt::format("{:<5}", upper_name(level))),
                     imitates_fields(shown) ? in_quotes(shown) : shown, paint("2", values),
                     below(text.substr(std::min(end + 1, text.size())), fields));
}

class StderrLog final : public Log {
 public:
  StderrLog(Level level, LogFormat format)
      : level_(level),
        format_(format),
        coloured_(isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr),
        logger_("wws", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.set_level(to_spdlog(level));
    logger_.flush_on(spdlog::level::trace);
  }

  bool enabled(Level level) const noexcept override {
    return level >= level_ && level_ != Level::Off;
  }

  void write(Level level, std::string_view text, const std::vector<Field>& fields) override {
    logger_.log(to_spdlog(level), "{}", line(level, text, fields));
  }

 private:
  std::string line(Level level, std::string_view text, const std::vector<Field>& fields) const {
    switch (format_) {
      case LogFormat::Json: return json_line(level, text, fields);
      case LogFormat::Pretty: return pretty_line(level, text, fields, coloured_);
      case LogFormat::Text: break;
    }
    return utc_now() + " " + text_record(level, text, fields);
  }

  Level level_;
  LogFormat format_;
  bool coloured_;
  spdlog::logger logger_;
};

}  // namespace

Result<Level> parse_level(std::string_view text) {
  for (const Level level :
       {Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Off})
    if (text == to_string(level)) return level;
  return fail(ErrorKind::Invalid, fmt::format("unknown log level '{}': use trace, debug, info, "
                                              "warn, error or off",
                                              text));
}

std::string_view to_string(Level level) noexcept {
  switch (level) {
    case Level::Trace: return "trace";
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warn: return "warn";
    case Level::Error: return "error";
    case Level::Off: return "off";
  }
  return "info";
}

std::string text_record(Level level, std::string_view text, const std::vector<Field>& fields) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string shown = escape_for_log(text.substr(0, end));
  std::string line =
      fmt::format("{:<5} {}", upper_name(level), imitates_fields(shown) ? in_quotes(shown) : shown);
  for (const auto& field : fields)
    if (!is_below(field)) line += field_text(field);
  return line + below(text.substr(std::min(end + 1, text.size())), fields);
}

std::string escape_for_log(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = utf8_sequence(text, at);
    // U+0080..U+009F are control characters as well: C2 80 .. C2 9F.
    const bool c1 = length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[at + 1]) < 0xa0;
    if (length == 0 || c1) {
      const std::size_t count = c1 ? 2 : 1;
      for (std::size_t i = 0; i < count; ++i)
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at + i]));
      at += count;
      continue;
    }
    if (length == 3 && misleads(text.substr(at, 3))) {
      out += fmt::format("\\u{:04x}", code_point(text.substr(at, 3)));
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out.append(text.substr(at, length));
    }
    at += length;
  }
  return out;
}

std::unique_ptr<Log> make_stderr_log(Level level, LogFormat format) {
  return std::make_unique<StderrLog>(level, format);
}

void MemoryLog::write(Level level, std::string_view text, const std::vector<Field>& fields) {
  Record record{level, std::string(text), {}};
  for (const auto& field : fields) record.fields.emplace_back(field.name, field.value);
  const std::lock_guard lock(mutex_);
  records_.push_back(std::move(record));
}

std::vector<MemoryLog::Record> MemoryLog::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

bool MemoryLog::contains(std::string_view part) const {
  const std::lock_guard lock(mutex_);
  for (const auto& record : records_) {
    if (record.text.find(part) != std::string::npos) return true;
    for (const auto& [name, value] : record.fields)
      if (value.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace wws::observe
