// CORS: which other origins may read the answers (the Fetch standard, section 3.2,
// https://fetch.spec.whatwg.org/#http-cors-protocol).
//
// One allowed origin is echoed with `Vary: Origin`; "*" stands for all. A worker that sets
// Access-Control-Allow-Origin itself is left alone. Preflight requests are answered here.
#pragma once

#include <string>
#include <vector>

#include "http/message.h"

namespace wws::server {

class Cors final {
 public:
  explicit Cors(std::vector<std::string> origins);

  [[nodiscard]] bool enabled() const noexcept { return !origins_.empty(); }
  // Adds what a browser needs to a response.
  void apply(const http::RequestHead& request, http::Headers& response) const;
  [[nodiscard]] static bool is_preflight(const http::RequestHead& request);
  // The answer to a preflight request: 204.
  [[nodiscard]] http::ResponseHead preflight(const http::RequestHead& request) const;

 private:
  [[nodiscard]] bool allows(std::string_view origin) const noexcept;

  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace wws::server
