// Session: the TLS layer of one accepted connection, between a socket and whoever speaks over it.
//
// It reads and writes the descriptor itself and never waits: what it cannot do now it says, and the
// caller waits for the socket and calls again. After Closed or Failed every further call says the
// same. Belongs to one loop; the descriptor must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace wws::http::tls {

struct Generation;

// What ALPN settled (RFC 7301); none where the client offered nothing.
enum class Protocol : std::uint8_t { None, Http1, Http2 };

enum class Outcome : std::uint8_t { Done, WantsRead, WantsWrite, Closed, Failed };

struct Step {
  Outcome outcome;
  std::size_t bytes = 0;
};

class Session final {
 public:
  // Takes the handle. Made by Certificates::make_session().
  Session(ssl_st* handle, std::shared_ptr<const Generation> certificates) noexcept;
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Step handshake() noexcept;
  [[nodiscard]] Step read(std::span<char> into) noexcept;
  // Up to a record's worth. What was begun and is not Done must be repeated with the same bytes,
  // wherever they lie.
  [[nodiscard]] Step write(std::string_view bytes) noexcept;
  // Says that nothing more comes (close_notify), as far as the socket takes it now.
  void close() noexcept;

  // After the handshake.
  [[nodiscard]] Protocol protocol() const noexcept;
  [[nodiscard]] bool resumed() const noexcept;
  // Why it failed, for the log.
  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }

 private:
  Step step(int result, std::size_t bytes) noexcept;

  struct Free {
    void operator()(ssl_st* handle) const noexcept;
  };
  // What the handle points into: a reload meanwhile must not take it away.
  std::shared_ptr<const Generation> certificates_;
  std::unique_ptr<ssl_st, Free> handle_;
  std::string failure_;
  bool closed_ = false;
  bool failed_ = false;
};

}  // namespace wws::http::tls
