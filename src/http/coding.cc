#include "http/coding.h"

#include <algorithm>
#include <array>
#include <string>

#include "http/blanks.h"

namespace wws::http {
namespace {

// What stands before `mark`; `rest` becomes what stands behind it.
std::string_view cut(std::string_view& rest, char mark) noexcept {
  const auto at = rest.find(mark);
  const auto head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return trim(head);
}

// A qvalue in thousandths, -1 when it is none:
// https://www.rfc-editor.org/rfc/rfc9110#section-12.4.2
int parse_quality(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return -1;
  int value = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return -1;
  int weight = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return -1;
    value += (digit - '0') * weight;
    weight /= 10;
  }
  return value <= 1000 ? value : -1;
}

// What a client says of each coding, in thousandths; -1: nothing.
struct Wishes {
  std::array<int, 4> of{-1, -1, -1, -1};  // by Coding
  int others = -1;                        // "*"

  [[nodiscard]] int quality(Coding coding) const noexcept {
    const int own = of[static_cast<std::size_t>(coding)];
    return own >= 0 ? own : others;
  }
};

void read_element(std::string_view element, Wishes& wishes) noexcept {
  std::string_view parameters = element;
  const std::string_view name = cut(parameters, ';');
  int quality = 1000;
  while (!parameters.empty()) {
    std::string_view value = cut(parameters, ';');
    const std::string_view key = cut(value, '=');
    if (equals_ignoring_case(key, "q")) quality = parse_quality(trim(value));
  }
  if (quality < 0) return;
  if (name == "*") {
    wishes.others = quality;
    return;
  }
  for (const Coding coding : {Coding::Identity, Coding::Gzip, Coding::Zstd, Coding::Brotli})
    if (equals_ignoring_case(name, name_of(coding)))
      wishes.of[static_cast<std::size_t>(coding)] = quality;
  if (equals_ignoring_case(name, "x-gzip"))
    wishes.of[static_cast<std::size_t>(Coding::Gzip)] = quality;
}

constexpr std::string_view kCompressible[] = {
    "application/javascript",
    "application/json",
    "application/manifest",
    "application/rtf",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/x-javascript",
    "application/x-ndjson",
    "application/xml",
    "application/x-www-form-urlencoded",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/svg+xml",
    "image/x-icon",
    "model/obj",
};

bool ends_with_ignoring_case(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) noexcept {
  return equals_ignoring_case(text.substr(0, start.size()), start);
}

}  // namespace

std::string_view name_of(Coding coding) noexcept {
  switch (coding) {
    case Coding::Identity: return "identity";
    case Coding::Gzip: return "gzip";
    case Coding::Zstd: return "zstd";
    case Coding::Brotli: return "br";
  }
  return "identity";
}

Coding choose_coding(std::span<const Header> request, std::span<const Coding> offered) noexcept {
  Wishes wishes;
  for (const Header& field : request) {
    if (!equals_ignoring_case(field.name, "accept-encoding")) continue;
    std::string_view list = field.value;
    while (!list.empty()) read_element(cut(list, ','), wishes);
  }
  Coding best = Coding::Identity;
  int best_quality = 0;
  for (const Coding coding : offered) {
    if (wishes.quality(coding) <= best_quality) continue;
    best = coding;
    best_quality = wishes.quality(coding);
  }
  return wishes.of[0] > best_quality ? Coding::Identity : best;
}

bool is_compressible(std::string_view media_type) noexcept {
  const std::string_view type = cut(media_type, ';');
  if (equals_ignoring_case(type, "text/event-stream")) return false;
  if (starts_with_ignoring_case(type, "text/")) return true;
  if (ends_with_ignoring_case(type, "+json") || ends_with_ignoring_case(type, "+xml")) return true;
  return std::ranges::any_of(
      kCompressible, [type](std::string_view known) { return equals_ignoring_case(type, known); });
}

bool may_encode(const RequestHead& request, const ResponseHead& response) noexcept {
  if (request.method == "HEAD" || !status_has_body(response.status) || response.status == 206)
    return false;
  const auto type = response.headers.find("content-type");
  return type && is_compressible(*type) && !response.headers.contains("content-encoding") &&
         !response.headers.contains("content-range") &&
         !response.headers.has_token("cache-control", "no-transform");
}

void vary_by_coding(Headers& response) {
  if (response.has_token("vary", "accept-encoding") || response.has_token("vary", "*")) return;
  response.add("Vary", "Accept-Encoding");
}

void mark_encoded(Headers& response, Coding coding) {
  response.set("Content-Encoding", std::string(name_of(coding)));
  response.remove("Accept-Ranges");
  // A digest is of the representation, which is another one now.
  response.remove("Content-MD5");
  const auto tag = response.find("etag");
  if (tag && tag->starts_with('"')) response.set("ETag", "W/" + std::string(*tag));
}

}  // namespace wws::http
