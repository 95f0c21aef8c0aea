#include "http/websocket/handshake.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace wws::http::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeySize = 24;     // of 16 bytes in base64
constexpr std::size_t kAcceptSize = 28;  // of 20

HandshakeRefusal refused(int status, std::string_view why) {
  HandshakeRefusal refusal;
  refusal.head.status = status;
  refusal.head.headers.add("Content-Type", "text/plain; charset=utf-8");
  if (status == 426) {
    refusal.head.headers.add("Upgrade", "websocket");
    refusal.head.headers.add("Sec-WebSocket-Version", "13");
  }
  refusal.body = fmt::format("{} {}: {}\n", status, reason_phrase(status), why);
  return refusal;
}

bool is_base64(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

bool is_key(std::string_view key) noexcept {
  return key.size() == kKeySize && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2, is_base64);
}

std::size_t count(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      headers, [&](const Header& field) { return equals_ignoring_case(field.name, name); }));
}

std::string accept_of(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, kAcceptSize + 1> encoded{};
  EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(encoded.data()), kAcceptSize};
}

}  // namespace

bool asks_for_websocket(const RequestHead& request) noexcept {
  return request.headers.has_token("upgrade", "websocket") &&
         request.headers.has_token("connection", "upgrade");
}

std::expected<Handshake, HandshakeRefusal> read_handshake(const RequestHead& request) {
  const Headers& headers = request.headers;
  if (!asks_for_websocket(request))
    return std::unexpected(refused(426, "this address speaks WebSocket"));
  if (request.version_major != 1 || request.version_minor < 1)
    return std::unexpected(refused(400, "a WebSocket begins with HTTP/1.1"));
  if (request.method != "GET") return std::unexpected(refused(400, "a WebSocket begins with GET"));
  if (count(headers, "sec-websocket-version") != 1 || headers.find("sec-websocket-version") != "13")
    return std::unexpected(refused(426, "Sec-WebSocket-Version must be 13"));
  if (count(headers, "sec-websocket-key") != 1 ||
      !is_key(headers.find("sec-websocket-key").value_or("")))
    return std::unexpected(refused(400, "Sec-WebSocket-Key must be 16 bytes in base64, once"));
  return Handshake{accept_of(*headers.find("sec-websocket-key")), choose_deflate(headers)};
}

Result<void> complete_handshake(const RequestHead& request, const Handshake& handshake,
                                ResponseHead& response) {
  const auto protocol = response.headers.find("sec-websocket-protocol");
  if (protocol && !request.headers.has_token("sec-websocket-protocol", *protocol))
    return fail(ErrorKind::Invalid,
                fmt::format("the response chooses the subprotocol '{}', which the client did not "
                            "offer: answer with one of its Sec-WebSocket-Protocol, or none",
                            *protocol));
  response.status = 101;
  response.reason.clear();
  response.headers.set("Upgrade", "websocket");
  response.headers.set("Sec-WebSocket-Accept", handshake.accept);
  response.headers.remove("Sec-WebSocket-Extensions");
  if (handshake.deflate)
    response.headers.add("Sec-WebSocket-Extensions", handshake.deflate->to_string());
  return {};
}

}  // namespace wws::http::websocket
