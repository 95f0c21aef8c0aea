#include <simdjson.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "abi/stdio_json/base64.h"
#include "abi/stdio_json/document.h"

namespace wws::abi::stdio_json {
namespace {

// Each byte that belongs to no character becomes U+FFFD.
std::string with_replacements(std::string_view text) {
  constexpr std::size_t kLongest = 4;
  std::string out;
  out.reserve(text.size() + 16);
  while (!text.empty()) {
    std::size_t length = 1;
    const std::size_t most = std::min(kLongest, text.size());
    while (length <= most && !simdjson::validate_utf8(text.data(), length)) ++length;
    if (length > most) {
      out += "\xef\xbf\xbd";
      length = 1;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

// RFC 8259 section 7; `text` is UTF-8.
void put_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
    out += text.substr(plain, at - plain);
    plain = at + 1;
    out += '\\';
    switch (byte) {
      case '"':
      case '\\': out += text[at]; break;
      case '\n': out += 'n'; break;
      case '\r': out += 'r'; break;
      case '\t': out += 't'; break;
      default:
        out += "u00";
        out += kHex[byte >> 4];
        out += kHex[byte & 15];
    }
  }
  out += text.substr(plain);
  out += '"';
}
void put_text(std::string& out, std::string_view text) {
  if (simdjson::validate_utf8(text.data(), text.size()))
    put_escaped(out, text);
  else
    put_escaped(out, with_replacements(text));
}

void put_pairs(std::string& out, const Pairs& pairs) {
  out += '{';
  for (const auto& [name, value] : pairs) {
    if (out.back() != '{') out += ',';
    put_text(out, name);
    out += ':';
    put_text(out, value);
  }
  out += '}';
}

// Names in lower case, the last value of each.
Pairs last_headers(const Pairs& headers) {
  Pairs kept;
  std::unordered_set<std::string> seen;
  for (auto it = headers.rbegin(); it != headers.rend(); ++it) {
    std::string name = it->first;
    for (char& letter : name)
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    if (seen.insert(name).second) kept.emplace_back(std::move(name), it->second);
  }
  std::reverse(kept.begin(), kept.end());
  return kept;
}

}  // namespace

std::string write_request(const JsonRequest& request) {
  const bool is_text = simdjson::validate_utf8(request.body.data(), request.body.size());
  std::string out;
  out.reserve(512 + request.body.size() + request.body.size() / 2);
  out += "{\"url\":";
  put_text(out, request.url);
  out += ",\"method\":";
  put_text(out, request.method);
  out += ",\"headers\":";
  put_pairs(out, last_headers(request.headers));
  out += ",\"body\":";
  if (is_text)
    put_escaped(out, request.body);
  else
    put_escaped(out, encode_base64(request.body));
  out += ",\"kv\":";
  put_pairs(out, request.kv);
  out += ",\"params\":";
  put_pairs(out, request.params);
  if (!is_text) out += ",\"base64\":true";
  out += '}';
  return out;
}

}  // namespace wws::abi::stdio_json
