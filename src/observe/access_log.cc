#include "observe/access_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace wws::observe {
namespace {

constexpr std::chrono::milliseconds kPause{250};
// A buffer that has this much is written at once.
constexpr std::size_t kWakeAt = 256 * 1024;

// Without a branch for each character, of which agents' names have many.
bool is_plain(std::string_view text) noexcept {
  bool plain = true;
  for (const char c : text) plain &= (c >= 0x20) & (c < 0x7f) & (c != '"') & (c != '\\');
  return plain;
}

void append_plain(std::string_view text, std::string& out) {
  out += '"';
  out += text;
  out += '"';
}

// Between quotes, as Apache escapes it.
void append_escaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte >= 0x7f)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
}

void append_in_quotes(std::string_view text, std::string& out) {
  if (text.empty()) text = "-";
  if (is_plain(text)) return append_plain(text, out);
  out += '"';
  append_escaped(text, out);
  out += '"';
}

void append_json_text(std::string_view text, std::string& out) {
  if (is_plain(text)) return append_plain(text, out);
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void append_member(std::string_view name, std::string_view text, std::string& out) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_text(text, out);
}

void append_number(std::uint64_t number, std::string& out) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

// With zeros in front.
void append_digits(std::uint64_t number, std::size_t width, std::string& out) {
  const fmt::format_int text(number);
  if (text.size() < width) out.append(width - text.size(), '0');
  out.append(text.data(), text.size());
}

int status_of(const AccessRecord& record) noexcept {
  return record.status == 0 ? 499 : record.status;
}

std::tm utc(std::chrono::seconds time) {
  const auto seconds = static_cast<std::time_t>(time.count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string combined_stamp(const std::tm& t) {
  // Names of months are English whatever the locale is.
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000", t.tm_mday, kMonths[t.tm_mon],
                     t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

std::string json_stamp(const std::tm& t) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", t.tm_year + 1900, t.tm_mon + 1,
                     t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
}

Result<int> open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (descriptor >= 0) return descriptor;
  const auto reason = std::generic_category().message(errno);
  return fail(ErrorKind::Invalid,
              fmt::format("the access log {} cannot be opened: {}", path, reason));
}

}  // namespace

std::string format_access(const AccessRecord& record, AccessFormat format) {
  std::string line;
  AccessLines(format).append(record, line);
  return line;
}

void AccessLines::append(const AccessRecord& record, std::string& out) {
  if (format_ == AccessFormat::Json)
    append_json(record, out);
  else
    append_combined(record, out);
}

std::string_view AccessLines::second_of(std::chrono::nanoseconds time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  if (second == second_) return stamp_;
  second_ = second;
  stamp_ = format_ == AccessFormat::Json ? json_stamp(utc(second)) : combined_stamp(utc(second));
  return stamp_;
}

void AccessLines::append_combined(const AccessRecord& record, std::string& out) {
  out += record.remote.empty() ? "-" : record.remote;
  out += " - - [";
  out += second_of(record.time);
  out += "] \"";
  const bool plain = is_plain(record.method) && is_plain(record.target);
  for (const std::string_view part : {record.method, record.target}) {
    if (plain)
      out += part;
    else
      append_escaped(part, out);
    out += ' ';
  }
  out += record.protocol;
  out += "\" ";
  append_number(static_cast<std::uint64_t>(status_of(record)), out);
  out += ' ';
  append_number(record.bytes, out);
  out += ' ';
  append_in_quotes(record.referer, out);
  out += ' ';
  append_in_quotes(record.user_agent, out);
}

void AccessLines::append_json(const AccessRecord& record, std::string& out) {
  using std::chrono::floor;
  const auto ms = floor<std::chrono::milliseconds>(record.time).count() % 1000;
  const auto took = floor<std::chrono::microseconds>(record.took).count();
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(took, 0));
  out += "{\"time\":\"";
  out += second_of(record.time);
  out += '.';
  append_digits(static_cast<std::uint64_t>(ms), 3, out);
  out += "Z\"";
  append_member("remote", record.remote, out);
  append_member("method", record.method, out);
  append_member("target", record.target, out);
  append_member("protocol", record.protocol, out);
  out += ",\"status\":";
  append_number(static_cast<std::uint64_t>(status_of(record)), out);
  out += ",\"bytes\":";
  append_number(record.bytes, out);
  out += ",\"seconds\":";
  append_number(microseconds / 1'000'000, out);
  out += '.';
  append_digits(microseconds % 1'000'000, 6, out);
  if (!record.worker.empty()) append_member("worker", record.worker, out);
  if (!record.request_id.empty()) append_member("request_id", record.request_id, out);
  if (!record.trace_id.empty() && record.trace_id != record.request_id)
    append_member("trace_id", record.trace_id, out);
  if (!record.referer.empty()) append_member("referer", record.referer, out);
  if (!record.user_agent.empty()) append_member("user_agent", record.user_agent, out);
  out += '}';
}

// Straight into what will be written: the lock is free but for the moment in which that is taken.
void AccessLog::Buffer::add(const AccessRecord& record) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t before = lines_.size();
    form_.append(record, lines_);
    lines_ += '\n';
    if (lines_.size() > kMostBuffered) {
      lines_.resize(before);
      ++dropped_;
      return;
    }
    wake = before < kWakeAt && lines_.size() >= kWakeAt;
  }
  if (wake) log_.wake_.notify_one();
}

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path, AccessFormat format,
                                                   Log& log) {
  int descriptor = STDOUT_FILENO;
  if (path != "-") {
    WWS_TRY(const int opened, open_file(path));
    descriptor = opened;
  }
  return std::unique_ptr<AccessLog>(new AccessLog(path, format, descriptor, log));
}

AccessLog::AccessLog(std::string path, AccessFormat format, int descriptor, Log& log)
    : path_(std::move(path)), format_(format), log_(log), descriptor_(descriptor) {
  thread_ = std::thread([this] { serve(); });
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(wake_mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  flush();
  if (path_ != "-") ::close(descriptor_);
}

AccessLog::Buffer& AccessLog::add_buffer() {
  const std::lock_guard lock(file_mutex_);
  buffers_.push_back(std::unique_ptr<Buffer>(new Buffer(*this)));
  return *buffers_.back();
}

void AccessLog::serve() {
  std::unique_lock lock(wake_mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, kPause);
    lock.unlock();
    flush();
    lock.lock();
  }
}

void AccessLog::flush() {
  const std::lock_guard lock(file_mutex_);
  bool followed = false;
  for (const auto& buffer : buffers_) {
    std::string lines;
    std::uint64_t dropped = 0;
    {
      const std::lock_guard buffer_lock(buffer->mutex_);
      lines.swap(buffer->lines_);
      buffer->lines_.reserve(lines.size());
      std::swap(dropped, buffer->dropped_);
    }
    if (dropped > 0)
      log_.warn(fmt::format("the access log is too slow: {} lines of it were dropped", dropped));
    if (lines.empty()) continue;
    if (!std::exchange(followed, true)) follow_moved_file();
    write(lines);
  }
}

void AccessLog::follow_moved_file() {
  if (path_ == "-") return;
  struct stat ours{}, named{};
  const bool same = ::fstat(descriptor_, &ours) == 0 && ::stat(path_.c_str(), &named) == 0 &&
                    ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
  if (same) return;
  auto opened = open_file(path_);
  if (!opened) {
    if (!std::exchange(stranded_, true))
      log_.error(fmt::format("{}; it was moved away, and lines go on into that file",
                             opened.error().message()));
    return;
  }
  stranded_ = false;
  ::close(descriptor_);
  descriptor_ = *opened;
  torn_ = false;
}

void AccessLog::write(std::string_view lines) {
  // Behind what a full disk took only a part of, a line of its own begins.
  const bool written = (!torn_ || write_all("\n")) && write_all(lines);
  if (written) failing_ = false;
}

bool AccessLog::write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      if (!std::exchange(failing_, true))
        log_.error(fmt::format("the access log {} cannot be written, lines are lost: {}", path_,
                               std::generic_category().message(errno)));
      return false;
    }
    if (written == 0) continue;
    torn_ = text[static_cast<std::size_t>(written) - 1] != '\n';
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace wws::observe
