#include <fmt/format.h>
#include <simdjson.h>

#include <optional>
#include <unordered_map>

#include "abi/stdio_json/base64.h"
#include "abi/stdio_json/document.h"
#include "observe/log.h"

namespace wws::abi::stdio_json {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t kShownOutput = 200;
// Each costs the loop time until it is sent; no client takes a head of so many.
constexpr std::size_t kMaxHeaders = 4096;

std::string_view type_name(element_type type) {
  switch (type) {
    case element_type::ARRAY: return "a list";
    case element_type::OBJECT: return "an object";
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE: return "a number";
    case element_type::STRING: return "a string";
    case element_type::BOOL: return "true or false";
    case element_type::NULL_VALUE: return "null";
  }
  return "unknown";
}

std::unexpected<Error> wrong_type(std::string_view field, std::string_view wanted, element value) {
  return fail(ErrorKind::Invalid,
              fmt::format("'{}' must be {}, not {}", field, wanted, type_name(value.type())));
}

bool is_container(element value) {
  return value.type() == element_type::ARRAY || value.type() == element_type::OBJECT;
}
// A scalar as text; nothing for null.
std::optional<std::string> scalar_text(element value) {
  switch (value.type()) {
    case element_type::STRING: return std::string(value.get_string().value_unsafe());
    case element_type::INT64: return fmt::format("{}", value.get_int64().value_unsafe());
    case element_type::UINT64: return fmt::format("{}", value.get_uint64().value_unsafe());
    case element_type::DOUBLE: return fmt::format("{}", value.get_double().value_unsafe());
    case element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    default: return std::nullopt;
  }
}

// RFC 9110 section 5.6.2 and 5.5: what may stand in a header's line.
bool is_header_name(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  for (const char one : text) {
    const bool is_alphanumeric =
        (one >= '0' && one <= '9') || (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z');
    if (!is_alphanumeric && kOthers.find(one) == std::string_view::npos) return false;
  }
  return !text.empty();
}
bool is_header_value(std::string_view text) {
  for (const char one : text) {
    const auto byte = static_cast<std::uint8_t>(one);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) return false;
  }
  return true;
}
std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& letter : out)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return out;
}
std::string shown(std::string_view text) {
  constexpr std::size_t kShownName = 64;
  return observe::escape_for_log(text.substr(0, kShownName)) +
         (text.size() > kShownName ? "..." : "");
}

// One header of the document: its values, with the name as it will be sent.
struct Field {
  std::string name;
  std::vector<std::string> values;
};

Result<Field> read_header(std::string_view key, element value) {
  Field field{std::string(key), {}};
  for (char& letter : field.name)
    if (letter == '_') letter = '-';
  if (!is_header_name(field.name))
    return fail(ErrorKind::Invalid, fmt::format("'{}' is no header name", shown(key)));
  const auto add = [&](element one) -> Result<void> {
    if (is_container(one)) return wrong_type(shown(key), "a string or a list of strings", one);
    std::optional<std::string> text = scalar_text(one);
    if (!text) return {};
    if (!is_header_value(*text))
      return fail(ErrorKind::Invalid,
                  fmt::format("the value of header '{}' has a control character", shown(key)));
    field.values.push_back(std::move(*text));
    return {};
  };
  if (value.type() != element_type::ARRAY) {
    WWS_CHECK(add(value));
    return field;
  }
  const simdjson::dom::array items = value.get_array().value_unsafe();
  for (const element one : items) WWS_CHECK(add(one));
  return field;
}

// A later name replaces an earlier one that differs only in case.
Result<Pairs> read_headers(element value) {
  if (value.type() != element_type::OBJECT) return wrong_type("headers", "an object", value);
  std::vector<Field> fields;
  std::unordered_map<std::string, std::size_t> places;
  const simdjson::dom::object members = value.get_object().value_unsafe();
  for (const auto [key, one] : members) {
    WWS_TRY(Field field, read_header(key, one));
    const auto [place, is_new] = places.try_emplace(lower_case(field.name), fields.size());
    if (is_new)
      fields.push_back(std::move(field));
    else
      fields[place->second] = std::move(field);
  }
  Pairs headers;
  const auto type = places.find("content-type");
  if (type == places.end() || fields[type->second].values.empty())
    headers.emplace_back("content-type", "text/html");
  for (Field& field : fields)
    for (std::string& one : field.values) headers.emplace_back(field.name, std::move(one));
  if (headers.size() > kMaxHeaders)
    return fail(ErrorKind::Invalid, fmt::format("'headers' has {} fields; at most {} can be sent",
                                                headers.size(), kMaxHeaders));
  return headers;
}

Result<Pairs> read_kv(element value) {
  if (value.type() != element_type::OBJECT) return wrong_type("kv", "an object", value);
  Pairs kv;
  std::unordered_map<std::string_view, std::size_t> places;
  const simdjson::dom::object members = value.get_object().value_unsafe();
  for (const auto [key, one] : members) {
    if (is_container(one)) return wrong_type("kv." + shown(key), "a string", one);
    std::optional<std::string> text = scalar_text(one);
    if (!text) continue;
    const auto [place, is_new] = places.try_emplace(key, kv.size());
    if (is_new)
      kv.emplace_back(key, std::move(*text));
    else
      kv[place->second].second = std::move(*text);
  }
  return kv;
}

Result<int> read_status(element value) {
  constexpr int kDefault = 200;
  const element_type type = value.type();
  double status = 0;
  if (type == element_type::INT64)
    status = static_cast<double>(value.get_int64().value_unsafe());
  else if (type == element_type::UINT64)
    status = static_cast<double>(value.get_uint64().value_unsafe());
  else if (type == element_type::DOUBLE)
    status = value.get_double().value_unsafe();
  else
    return wrong_type("status", "a number", value);
  if (!(status >= 100 && status <= 999)) return kDefault;
  const int whole = static_cast<int>(status);
  if (whole != status)
    return fail(ErrorKind::Invalid, fmt::format("'status' must be a whole number, not {}", status));
  return whole;
}

Result<std::string> read_body(element data, std::optional<element> base64) {
  bool encoded = false;
  if (base64 && base64->type() != element_type::NULL_VALUE) {
    if (base64->type() != element_type::BOOL) return wrong_type("base64", "true or false", *base64);
    encoded = base64->get_bool().value_unsafe();
  }
  if (data.type() == element_type::NULL_VALUE) return std::string();
  if (data.type() != element_type::STRING) return wrong_type("data", "a string", data);
  const std::string_view text = data.get_string().value_unsafe();
  if (!encoded) return std::string(text);
  std::optional<std::string> bytes = decode_base64(text);
  if (!bytes)
    return fail(ErrorKind::Invalid, "'data' is not base64 (standard alphabet, with padding)");
  return std::move(*bytes);
}

// The known members; of repeated ones the last.
struct Members {
  std::optional<element> data, headers, status, kv, base64;
};
Members find_members(simdjson::dom::object object) {
  Members members;
  for (const auto [key, value] : object) {
    if (key == "data")
      members.data = value;
    else if (key == "headers")
      members.headers = value;
    else if (key == "status")
      members.status = value;
    else if (key == "kv")
      members.kv = value;
    else if (key == "base64")
      members.base64 = value;
  }
  return members;
}

Result<JsonResponse> read_response(element document) {
  if (document.type() != element_type::OBJECT)
    return fail(ErrorKind::Invalid,
                fmt::format("it must be an object, not {}", type_name(document.type())));
  const Members members = find_members(document.get_object().value_unsafe());
  const std::pair<const char*, const std::optional<element>&> mandatory[] = {
      {"data", members.data},
      {"headers", members.headers},
      {"status", members.status},
      {"kv", members.kv}};
  for (const auto& [name, member] : mandatory)
    if (!member) return fail(ErrorKind::Invalid, fmt::format("'{}' is missing", name));
  JsonResponse response;
  WWS_TRY(response.body, read_body(*members.data, members.base64));
  WWS_TRY(response.headers, read_headers(*members.headers));
  WWS_TRY(response.status, read_status(*members.status));
  WWS_TRY(response.kv, read_kv(*members.kv));
  return response;
}

std::string beginning(std::string_view output) {
  if (output.empty()) return "stdout is empty";
  return fmt::format("stdout ({} bytes) begins with \"{}\"", output.size(),
                     observe::escape_for_log(output.substr(0, kShownOutput)));
}

}  // namespace

Result<JsonResponse> parse_response(const std::string& output) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::Invalid,
                fmt::format("the worker's output is not a response document: {}; {}", why,
                            beginning(output)));
  };
  if (output.find_first_not_of(" \t\r\n") == std::string::npos)
    return refuse("nothing was written");
  simdjson::dom::parser parser;
  element document;
  if (const auto error = parser.parse(output).get(document); error != simdjson::SUCCESS)
    return refuse(fmt::format("it must be one JSON value and nothing else: {}",
                              simdjson::error_message(error)));
  Result<JsonResponse> response = read_response(document);
  if (!response) return refuse(response.error().message());
  return response;
}

}  // namespace wws::abi::stdio_json
