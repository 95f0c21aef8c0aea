// Access: who may use the admin listener (docs/adr/0004-admin-listener.md).
//
// Three strangers are kept out: a page of another site that the operator's browser shows (Origin
// and Sec-Fetch-Site; changes must be JSON, which no form can send), a page whose name was made to
// resolve to this machine (DNS rebinding: the Host must be an address, localhost or our own name),
// and other machines (a token wherever the listener is not on a loopback address). Immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace wws::admin {

// What a request asks for: the page's own files (they hold nothing of the server), what the server
// knows, or whether it is alive.
enum class Surface { Page, Data, Probe };

struct Denial {
  int status;  // 401, 403, 415 or 421
  std::string detail;
};

class Access final {
 public:
  // `host` is where the listener was told to listen; an empty token asks for none.
  Access(std::string host, std::string token);

  [[nodiscard]] std::optional<Denial> check(const http::RequestHead& request,
                                            Surface surface) const;
  [[nodiscard]] bool asks_for_token() const noexcept { return !token_.empty(); }

 private:
  [[nodiscard]] bool is_our_name(std::string_view authority) const;
  [[nodiscard]] bool has_token(const http::RequestHead& request) const;

  std::string host_;
  std::string token_;
};

// "127.0.0.1", "[::1]", "localhost": nothing outside this machine reaches it.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace wws::admin
