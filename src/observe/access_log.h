// AccessLog: a line for each request that was answered, in a file of its own.
//
// Loops append to buffers of their own; a thread of the log's writes them a few times a second, so
// a slow disk holds up no request. What comes faster than the disk takes it is dropped, and the
// server's log says how much. A file that was moved away (logrotate) is made anew; while it cannot
// be, lines go on into the old one, which is said once. Guests' and clients' text is escaped: it
// can forge no line.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "observe/log.h"

namespace wws::observe {

// Combined is what Apache and nginx write (https://httpd.apache.org/docs/2.4/logs.html#combined);
// Json is an object a line, with the worker, the time that was needed and the request's ids as
// well.
enum class AccessFormat : std::uint8_t { Combined, Json };

// Views are borrowed for the call.
struct AccessRecord {
  std::chrono::nanoseconds time{};  // of the answer's end, since 1970-01-01 UTC
  std::chrono::nanoseconds took{};
  std::string_view remote;
  std::string_view method;
  std::string_view target;
  std::string_view protocol;    // "HTTP/1.1"
  int status = 0;               // 0: the client left before there was an answer
  std::uint64_t bytes = 0;      // of the body, as sent
  std::string_view referer;     // empty: none
  std::string_view user_agent;  // empty: none
  std::string_view worker;      // empty: none was asked
  // In Json:
  std::string_view request_id;  // empty: none
  std::string_view trace_id;    // empty: none, or as the request's id
};

// The line without its end.
[[nodiscard]] std::string format_access(const AccessRecord& record, AccessFormat format);

// Makes lines one after the other, for a fraction of what the first one costs: the text of a second
// is made once. Belongs to one thread.
class AccessLines final {
 public:
  explicit AccessLines(AccessFormat format) noexcept : format_(format) {}

  // Appends the line without its end.
  void append(const AccessRecord& record, std::string& out);

 private:
  void append_combined(const AccessRecord& record, std::string& out);
  void append_json(const AccessRecord& record, std::string& out);
  [[nodiscard]] std::string_view second_of(std::chrono::nanoseconds time);

  const AccessFormat format_;
  std::chrono::seconds second_{-1};  // of stamp_; since 1970-01-01 UTC
  std::string stamp_;
};

class AccessLog final {
 public:
  // Belongs to one loop, and to the log.
  class Buffer final {
   public:
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() = default;

    void add(const AccessRecord& record);

   private:
    friend class AccessLog;
    explicit Buffer(AccessLog& log) : log_(log), form_(log.format_) {}

    AccessLog& log_;
    AccessLines form_;
    std::mutex mutex_;
    std::string lines_;
    std::uint64_t dropped_ = 0;
  };

  // `path` "-" is standard output. `log` outlives the object. Errors: those of opening the file,
  // which names it.
  [[nodiscard]] static Result<std::unique_ptr<AccessLog>> open(const std::string& path,
                                                               AccessFormat format, Log& log);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  // Writes what is left.
  ~AccessLog();

  // Before the first request; lives as long as the log.
  [[nodiscard]] Buffer& add_buffer();
  // Writes what is there; from any thread.
  void flush();

  static constexpr std::size_t kMostBuffered = 4u << 20;  // bytes a loop

 private:
  AccessLog(std::string path, AccessFormat format, int descriptor, Log& log);
  void serve();
  void write(std::string_view lines);
  [[nodiscard]] bool write_all(std::string_view text);
  void follow_moved_file();

  const std::string path_;
  const AccessFormat format_;
  Log& log_;
  std::mutex file_mutex_;
  int descriptor_;
  bool failing_ = false;
  bool torn_ = false;      // what was written last is no whole line
  bool stranded_ = false;  // the file was moved away, and there is no new one
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::mutex wake_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace wws::observe
