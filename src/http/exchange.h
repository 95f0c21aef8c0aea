// Exchange: one request and its response, as a server hands it to a handler.
//
// Life: made by the connection when the head has arrived; borrowed by Handler::handle until that
// task ends. Belongs to one loop. The body is a stream in both directions; a slow reader of the
// response holds back its writer, because every write completes only when the bytes were taken.
//
// A handler answers once: either respond(), or start() or upgrade(), any number of write(),
// finish(). If it returns without any of these the connection answers 500 and closes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "io/task.h"

namespace wws::http {

// A stream of bytes that arrives over time.
class BodySource {
 public:
  BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  virtual ~BodySource() = default;

  // The next bytes; empty at the end (and again at each further call). Errors: Gone when the peer
  // left, Exhausted when the body is over its bound, Invalid when its framing is wrong, TimedOut
  // when the peer is too slow.
  virtual Task<Result<std::string>> read() = 0;
  // What the peer announced, if it did.
  [[nodiscard]] virtual std::optional<std::uint64_t> length() const noexcept = 0;
};

class Exchange : public BodySource {
 public:
  [[nodiscard]] virtual const RequestHead& request() const noexcept = 0;

  // The whole request body when it has already arrived completely (always so for no body: empty).
  // The view lives as long as the exchange; read() then returns the same bytes once.
  [[nodiscard]] virtual std::optional<std::string_view> buffered_body() const noexcept = 0;
  // Bounds the request body from here on (bytes, 0 = none); a longer one makes read() fail with
  // Exhausted. An announced length over the bound fails at the first read.
  virtual void set_body_limit(std::uint64_t bytes) noexcept = 0;

  // The whole response at once, with Content-Length. The bytes are handed to the kernel, as far as
  // it takes them, before this suspends. Errors: Gone.
  virtual Task<Result<void>> respond(ResponseHead head, std::string body) = 0;
  // respond() with bytes that are borrowed until it completes.
  virtual Task<Result<void>> respond_with(ResponseHead head, std::string_view body);
  // start(), write_file() and finish() in one: the head leaves with the file's first bytes.
  virtual Task<Result<void>> respond_with_file(ResponseHead head, int descriptor,
                                               std::uint64_t offset, std::uint64_t length);
  // A streamed response. `length` gives Content-Length; without it the body is chunked (HTTP/1.1)
  // or ends with the connection (HTTP/1.0).
  virtual Task<Result<void>> start(ResponseHead head, std::optional<std::uint64_t> length) = 0;
  virtual Task<Result<void>> write(std::string_view bytes) = 0;  // borrowed until it completes
  // write() of a part of an open file, which keeps its descriptor until this completes. Here it
  // goes through a buffer; a transport that can hands it to the kernel as it is. Errors: those of
  // write(), Gone when the file ends before that, Internal when it cannot be read.
  virtual Task<Result<void>> write_file(int descriptor, std::uint64_t offset, std::uint64_t length);
  virtual Task<Result<void>> finish() = 0;
  // Answers with 101 and its fields, Connection but not Upgrade added: from here on another
  // protocol is spoken (RFC 9110 section 7.8). read() gives whatever the client sends, without a
  // deadline, and write() sends bytes as they are, until finish() ends the connection. The request
  // has no body. Errors: Unsupported where there is no way, Invalid, Gone.
  virtual Task<Result<void>> upgrade(ResponseHead head);
  // The response cannot be completed: the connection is cut so that the client sees it.
  virtual void abort() noexcept = 0;
  [[nodiscard]] virtual bool started() const noexcept = 0;
  // The status of the response, 0 before there is one.
  [[nodiscard]] virtual int status() const noexcept = 0;

  // Called once, on the loop, when the client goes away before the response is complete, also where
  // it has gone already, then perhaps before this returns; an empty function takes it back.
  // Watching costs a little: set it only when the handler waits.
  virtual void on_gone(std::function<void()> callback) = 0;
};

// What answers requests. One handler serves all connections of its loop.
class Handler {
 public:
  Handler() = default;
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;
  virtual ~Handler() = default;

  virtual Task<void> handle(Exchange& exchange) = 0;
  // Adds what all answers have to one that the connection gives itself, 413 say.
  virtual void complete(const RequestHead& request, ResponseHead& response) const;
};

}  // namespace wws::http
