// The parts of an HTTP message that do not depend on the version of the protocol.
//
// Plain values. Header names keep the case they came with and are compared without it
// (RFC 9110 section 5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wws::http {

struct Header {
  std::string name;
  std::string value;
};

// Header fields in the order they came or will be sent; a name may repeat.
class Headers {
 public:
  void add(std::string name, std::string value);
  // Removes every field of that name and adds one.
  void set(std::string name, std::string value);
  void remove(std::string_view name);
  // The first value, or nothing.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  // Whether some comma-separated element of some field of that name equals `token`, case ignored.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const noexcept;

  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }
  [[nodiscard]] bool empty() const noexcept { return fields_.empty(); }
  void clear() noexcept { fields_.clear(); }
  void reserve(std::size_t count) { fields_.reserve(count); }

 private:
  std::vector<Header> fields_;
};

// ASCII case-insensitive equality.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
// RFC 9110 section 5.6.2 token (header names, methods).
[[nodiscard]] bool is_token(std::string_view text) noexcept;
// RFC 9110 section 5.5 field value: no control characters but tab; obs-text is allowed.
[[nodiscard]] bool is_field_value(std::string_view text) noexcept;
// "Not Found" for 404, "" for an unknown code.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;
// Whether a response with this status may carry a body (RFC 9110 section 6.4.1).
[[nodiscard]] bool status_has_body(int status) noexcept;

struct RequestHead {
  std::string method;  // as received, "GET"
  std::string target;  // origin form: path with query, percent-encoded as received, "/a?b=c";
                       // "*" for OPTIONS of the whole server
  std::string_view path() const noexcept;   // target up to '?'
  std::string_view query() const noexcept;  // after '?', may be empty
  std::string authority;  // Host field or absolute-form authority, "localhost:8080"
  bool secure = false;    // came over TLS, to us or (as a trusted proxy says) to it
  int version_major = 1;  // 1.0, 1.1 or 2.0
  int version_minor = 1;
  Headers headers;
  std::string remote_address;  // "127.0.0.1", no port; "unix" for a unix socket
  std::string request_id;      // http/request_id.h
};

struct ResponseHead {
  int status = 200;
  std::string reason;  // empty: reason_phrase(status)
  // Content-Length, Transfer-Encoding, Connection, Date and Keep-Alive are the server's: fields of
  // these names are ignored.
  Headers headers;
};

}  // namespace wws::http
