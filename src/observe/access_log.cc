#include "observe/access_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

namespace wws::observe {
namespace {

constexpr std::chrono::milliseconds kPause{250};
// A buffer that has this much is written at once.
constexpr std::size_t kWakeAt = 256 * 1024;

bool is_plain(std::string_view text) noexcept {
  return std::ranges::all_of(text,
                             [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

// Between quotes, as Apache escapes it.
std::string in_quotes(std::string_view text) {
  if (text.empty()) return "\"-\"";
  if (is_plain(text)) return fmt::format("\"{}\"", text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (byte < 0x20 || byte >= 0x7f)
      out += fmt::format("\\x{:02x}", byte);
    else
      out += c;
  }
  return out += '"';
}

std::string json_text(std::string_view text) {
  if (is_plain(text)) return fmt::format("\"{}\"", text);
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::tm utc(std::chrono::nanoseconds time) {
  const auto seconds =
      static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(time).count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

std::string combined_line(const AccessRecord& record) {
  // Names of months are English whatever the locale is.
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto t = utc(record.time);
  const std::string request =
      fmt::format("{} {} {}", record.method, record.target, record.protocol);
  return fmt::format("{} - - [{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000] {} {} {} {} {}",
                     record.remote.empty() ? "-" : record.remote, t.tm_mday, kMonths[t.tm_mon],
                     t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec, in_quotes(request),
                     record.status == 0 ? 499 : record.status, record.bytes,
                     in_quotes(record.referer), in_quotes(record.user_agent));
}

std::string json_line(const AccessRecord& record) {
  const auto t = utc(record.time);
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(record.time).count() % 1000;
  std::string line;
  auto out = std::back_inserter(line);
  fmt::format_to(out,
                 "{{\"time\":\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z\",\"remote\":{},"
                 "\"method\":{},\"target\":{},\"protocol\":{},\"status\":{},\"bytes\":{},"
                 "\"seconds\":{:.6f}",
                 t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, ms,
                 json_text(record.remote), json_text(record.method), json_text(record.target),
                 json_text(record.protocol), record.status == 0 ? 499 : record.status, record.bytes,
                 static_cast<double>(record.took.count()) / 1e9);
  if (!record.worker.empty()) fmt::format_to(out, ",\"worker\":{}", json_text(record.worker));
  if (!record.request_id.empty())
    fmt::format_to(out, ",\"request_id\":{}", json_text(record.request_id));
  if (!record.trace_id.empty() && record.trace_id != record.request_id)
    fmt::format_to(out, ",\"trace_id\":{}", json_text(record.trace_id));
  if (!record.referer.empty()) fmt::format_to(out, ",\"referer\":{}", json_text(record.referer));
  if (!record.user_agent.empty())
    fmt::format_to(out, ",\"user_agent\":{}", json_text(record.user_agent));
  line += '}';
  return line;
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
  return format == AccessFormat::Json ? json_line(record) : combined_line(record);
}

void AccessLog::Buffer::add(const AccessRecord& record) {
  const std::string line = format_access(record, log_->format_);
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (lines_.size() + line.size() + 1 > kMostBuffered) {
      ++dropped_;
      return;
    }
    const bool below = lines_.size() < kWakeAt;
    lines_ += line;
    lines_ += '\n';
    wake = below && lines_.size() >= kWakeAt;
  }
  if (wake) log_->wake_.notify_one();
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
  // The old file goes on until the new one can be opened.
  if (!opened) return;
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
