// The two JSON documents of the stdio protocol: a request as a guest reads it from stdin, a
// response as it writes it to stdout. Pure functions on plain values.
//
// What a guest writes is untrusted: parse_response() takes exactly one JSON value and checks every
// field; the header names and values it returns cannot break out of their line.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wws::abi::stdio_json {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct JsonRequest {
  std::string url;     // "http://127.0.0.1:8080/path?q=1"
  std::string method;  // as received
  Pairs headers;       // any case, names may repeat: the last value wins
  std::string body;    // any bytes
  Pairs kv;            // the whole namespace, each key once
  Pairs params;        // of the route, each name once
};

struct JsonResponse {
  int status = 200;  // 100 to 999
  Pairs headers;     // a content type is among them; a name repeats when the guest gave a list
  std::string body;
  Pairs kv;  // the whole namespace as it shall be, each key once
};

// {"url":..,"method":..,"headers":{..},"body":"..","kv":{..},"params":{..}} in this order, without
// a newline. A body that is not UTF-8 is written as base64, and "base64":true follows at the end.
// Other bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string write_request(const JsonRequest& request);

// {"data":..,"headers":{..},"status":..,"kv":{..},"base64":..}; the last may be missing, others are
// ignored. A data of null is empty; scalars among headers and kv become text, null ones are left
// out; a list among the headers repeats the field; "_" in a header's name becomes "-"; a status
// outside 100..999 becomes 200; the default content type is text/html. Errors: Invalid, saying what
// is wrong and how the output begins.
[[nodiscard]] Result<JsonResponse> parse_response(const std::string& output);

}  // namespace wws::abi::stdio_json
