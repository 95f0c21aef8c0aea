// RequestParser: bytes of an HTTP/1 connection in, requests out (RFC 9112). llhttp, strict, does
// the grammar; what it lets through and we do not is refused here: a Host that is missing, doubled
// or no host, targets that are not ours, codings other than chunked, protocols other than HTTP/1.x.
//
// Belongs to one connection and is reused for its requests: parse() until Complete, then next().
// It keeps no borrow of the bytes. Refusals are final: the connection answers and closes.
#pragma once

#include <llhttp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "http/refusal.h"

namespace wws::http::h1 {

struct ParserLimits {
  std::uint32_t max_head_bytes = 64 * 1024;  // 0: none
  std::uint32_t max_headers = 128;           // 0: none
};

enum class ParserEvent : std::uint8_t {
  NeedMore,  // all bytes were taken
  Head,      // the head is there and a body follows
  Complete,  // the whole request is there
  Refused,   // refusal() says why
};

class RequestParser final {
 public:
  explicit RequestParser(const ParserLimits& limits) noexcept;
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser() = default;

  struct Step {
    ParserEvent event;
    std::size_t consumed;  // bytes that belong to this request
  };
  // Takes bytes up to the next event; content is appended to `body`.
  Step parse(std::string_view bytes, std::string& body);
  // Forgets the request for the one after it. Keeps remote_address and secure of head().
  void next() noexcept;

  [[nodiscard]] RequestHead& head() noexcept { return head_; }
  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }
  // What Content-Length says; 0 for a request without a body; nothing for a chunked one.
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
  [[nodiscard]] bool keep_alive() const noexcept { return keep_alive_; }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
  [[nodiscard]] bool has_head() const noexcept { return has_head_; }
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

 private:
  struct Callbacks;
  enum class Authority : std::uint8_t { FromHost, FromTarget };

  Step refused(std::size_t consumed) noexcept;
  int refuse(int status, std::string_view text) noexcept;
  void explain(llhttp_errno_t error, std::string_view rest) noexcept;
  // Whether a part of the request line begins one byte behind the end of the one before it.
  [[nodiscard]] bool follows_one_blank(const char* at) const noexcept;
  void note_end(const char* at) noexcept;
  int header_complete();
  int note_field(std::string_view name, std::string_view value);
  int head_complete();
  int check_target();
  int check_absolute_target(std::size_t scheme_length);
  [[nodiscard]] bool framing_is_cheap() const noexcept;

  llhttp_t machine_{};
  const ParserLimits limits_;
  RequestHead head_;
  Refusal refusal_;
  std::string protocol_;
  std::string name_;
  std::string value_;
  std::string* body_ = nullptr;  // borrowed during parse()
  const char* bytes_ = nullptr;  // likewise: of the head that is being parsed
  std::uint64_t line_part_ = 0;  // where in the head the method or the target ends
  std::uint64_t head_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t framing_bytes_ = 0;  // of a body: chunk sizes, extensions, trailers
  std::uint64_t length_ = 0;
  std::uint32_t header_count_ = 0;
  std::uint8_t hosts_ = 0;
  bool chunked_ = false;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  bool has_head_ = false;
  bool complete_ = false;
  bool refused_ = false;
};

}  // namespace wws::http::h1
