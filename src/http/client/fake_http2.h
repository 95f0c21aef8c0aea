// The server's side of HTTP/2 for the scripts of a FakeUpstream: as a server that keeps the rules
// (FakeHttp2, on nghttp2), or frame by frame for those that break them.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client/fake_upstream.h"

namespace wws::http {

// ---- Frames by hand (RFC 9113 section 4.1, RFC 7541 section 6.2.2) ----
[[nodiscard]] std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream,
                                   std::string_view payload);
// A literal field without indexing.
[[nodiscard]] std::string h2_field(std::string_view name, std::string_view value);
// HEADERS that end the head; `flags` may add NGHTTP2_FLAG_END_STREAM.
[[nodiscard]] std::string h2_head(std::uint32_t stream, std::string_view fields,
                                  std::uint8_t flags = 0);
// Reads up to the end of the client's next HEADERS; its stream, 0 when the client left. `input`
// keeps what came after.
std::uint32_t await_head(Peer& peer, std::string& input);

class FakeHttp2 final {
 public:
  struct Request {
    std::int32_t id = 0;
    std::map<std::string, std::string> fields;
    std::string body;
    bool ended = false;
  };
  using Fields = std::vector<std::pair<std::string, std::string>>;
  // Called when the head has come, with each piece of the body, and at the end.
  using OnRequest = std::function<void(FakeHttp2& http2, Request& request)>;
  struct Options {
    std::uint32_t max_streams = 100;
    std::uint32_t window = 65'535;  // of each stream
    bool takes_bodies = true;       // gives windows back
  };

  FakeHttp2(Peer& peer, OnRequest on_request) : FakeHttp2(peer, Options{}, std::move(on_request)) {}
  FakeHttp2(Peer& peer, Options options, OnRequest on_request);
  ~FakeHttp2();
  FakeHttp2(const FakeHttp2&) = delete;
  FakeHttp2& operator=(const FakeHttp2&) = delete;

  // Until the client leaves or stop() was called.
  void run();
  void stop() { stopped_ = true; }

  void answer(std::int32_t id, std::string body, Fields fields = {{":status", "200"}});
  // Sends back what comes, and takes no more than it has sent. Wants takes_bodies = false.
  void answer_with_echo(std::int32_t id);
  // The head now, the body never.
  void answer_head(std::int32_t id, const Fields& fields = {{":status", "200"}});
  void reset(std::int32_t id, std::uint32_t code);
  void go_away(std::int32_t last, std::uint32_t code);
  // What was made so far, sent; then these bytes as they are.
  bool send_raw(std::string_view bytes);

  // How much of an answer's body has been sent.
  [[nodiscard]] std::size_t sent(std::int32_t id) { return bodies_[id].at; }
  // By the client: stream and code.
  [[nodiscard]] const std::map<std::int32_t, std::uint32_t>& resets() const { return resets_; }

 private:
  struct Body {
    std::string bytes;
    std::size_t at = 0;
    bool is_echo = false;
  };
  struct Callbacks;

  bool flush();

  Peer& peer_;
  OnRequest on_request_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, Request> requests_;
  std::map<std::int32_t, Body> bodies_;
  std::map<std::int32_t, std::uint32_t> resets_;
  std::vector<std::int32_t> ready_;
  bool stopped_ = false;
};

}  // namespace wws::http
