#include "admin/question.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "abi/stdio_json/base64.h"

namespace wws::admin {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTarget = 16 * 1024;
constexpr std::size_t kMaxHeaders = 128;

std::unexpected<Error> wrong(std::string_view member, std::string_view what) {
  return fail(ErrorKind::Invalid, fmt::format("`{}` {}", member, what));
}

// A member's text, or `otherwise` where it is not given.
Result<std::string> text_member(const json& object, const char* name, std::string otherwise) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return otherwise;
  if (!found->is_string()) return wrong(name, "must be a string");
  return found->get<std::string>();
}

// RFC 9112 section 3.2.1: a path with an optional query, of visible ASCII.
Result<void> check_target(std::string_view target) {
  if (!target.starts_with('/')) return wrong("path", "must start with '/'");
  if (target.size() > kMaxTarget) return wrong("path", "is too long");
  for (const char c : target)
    if (c <= ' ' || c > '~' || c == '#')
      return wrong("path", "may have no spaces, '#' or other than ASCII: percent-encode them");
  return {};
}

Result<void> add_headers(const json& object, http::MemoryExchange::Request& request) {
  const auto headers = object.find("headers");
  if (headers == object.end() || headers->is_null()) return {};
  if (!headers->is_array()) return wrong("headers", "must be a list of [name, value]");
  if (headers->size() > kMaxHeaders) return wrong("headers", "are too many");
  for (const auto& pair : *headers) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
      return wrong("headers", "must be a list of [name, value]");
    auto name = pair[0].get<std::string>();
    auto value = pair[1].get<std::string>();
    if (!http::is_token(name) || !http::is_field_value(value))
      return wrong("headers", fmt::format("has an illegal field '{}'", name));
    if (http::equals_ignoring_case(name, "host")) request.authority = value;
    request.headers.add(std::move(name), std::move(value));
  }
  return {};
}

Result<std::string> body_of(const json& object) {
  WWS_TRY(std::string body, text_member(object, "body", ""));
  WWS_TRY(const std::string encoding, text_member(object, "body_encoding", "text"));
  if (encoding == "text") return body;
  if (encoding != "base64") return wrong("body_encoding", "must be \"text\" or \"base64\"");
  auto decoded = abi::stdio_json::decode_base64(body);
  if (!decoded) return wrong("body", "is not base64");
  return std::move(*decoded);
}

}  // namespace

Result<http::MemoryExchange::Request> parse_question(std::string_view text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object())
    return fail(ErrorKind::Invalid, "send a JSON object, such as {\"path\": \"/\"}");
  http::MemoryExchange::Request request;
  request.authority.clear();
  request.max_response = kMaxAnswerBytes;
  if (!object.contains("path")) return wrong("path", "is missing");
  WWS_TRY(request.target, text_member(object, "path", ""));
  WWS_CHECK(check_target(request.target));
  WWS_TRY(request.method, text_member(object, "method", "GET"));
  if (!http::is_token(request.method) || request.method == "CONNECT")
    return wrong("method", "must be a method of HTTP, other than CONNECT");
  WWS_CHECK(add_headers(object, request));
  WWS_TRY(request.body, body_of(object));
  return request;
}

}  // namespace wws::admin
