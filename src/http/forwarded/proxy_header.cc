#include "http/forwarded/proxy_header.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

namespace wws::http {
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
// Addresses of unix sockets take 216 bytes, the rest is for TLVs; certificates in them are small.
constexpr std::size_t kMostRest = 4096;

constexpr std::uint8_t kCommandLocal = 0x20;
constexpr std::uint8_t kCommandProxy = 0x21;
constexpr std::uint8_t kFamilyUnspecified = 0x0;
constexpr std::uint8_t kFamilyV4 = 0x1;
constexpr std::uint8_t kFamilyV6 = 0x2;
constexpr std::uint8_t kFamilyUnix = 0x3;
constexpr std::uint8_t kTypeSsl = 0x20;
constexpr std::uint8_t kClientSsl = 0x01;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::size_t length_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<std::size_t>(byte_at(bytes, at)) << 8 | byte_at(bytes, at + 1);
}

std::string text_of(int family, std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(family, bytes.data(), text.data(), text.size());
  return text.data();
}

std::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::Invalid, fmt::format("malformed PROXY header: {}", what));
}

// Source and destination addresses, and the ports (or nothing) after them.
struct AddressBlock {
  std::size_t address;
  std::size_t block;
};

std::optional<AddressBlock> block_of(std::uint8_t family) noexcept {
  switch (family) {
    case kFamilyUnspecified: return AddressBlock{0, 0};
    case kFamilyV4: return AddressBlock{4, 12};
    case kFamilyV6: return AddressBlock{16, 36};
    case kFamilyUnix: return AddressBlock{108, 216};
    default: return std::nullopt;
  }
}

std::string source_of(std::uint8_t family, std::string_view bytes) {
  if (family == kFamilyV4) return text_of(AF_INET, bytes);
  if (family == kFamilyV6) return text_of(AF_INET6, bytes);
  return family == kFamilyUnix ? "unix" : "";
}

// Section 2.2.6: PP2_TYPE_SSL begins with a byte of flags.
Result<bool> find_ssl(std::string_view values) {
  bool secure = false;
  while (!values.empty()) {
    if (values.size() < 3) return malformed("a value is cut short");
    const std::size_t length = length_at(values, 1);
    if (values.size() - 3 < length) return malformed("a value is cut short");
    const std::string_view value = values.substr(3, length);
    if (byte_at(values, 0) == kTypeSsl && !value.empty())
      secure = (byte_at(value, 0) & kClientSsl) != 0;
    values.remove_prefix(3 + length);
  }
  return secure;
}

}  // namespace

Result<std::size_t> proxy_header_rest(std::string_view start) {
  if (start.size() != kProxyHeaderStart || !start.starts_with(kSignature))
    return malformed("the connection does not begin with one of version 2");
  const std::size_t rest = length_at(start, 14);
  if (rest > kMostRest)
    return fail(ErrorKind::Exhausted, fmt::format("a PROXY header of {} bytes is too long", rest));
  return rest;
}

Result<ProxiedPeer> parse_proxy_header(std::string_view bytes) {
  WWS_TRY(const std::size_t rest, proxy_header_rest(bytes.substr(0, kProxyHeaderStart)));
  if (bytes.size() != kProxyHeaderStart + rest) return malformed("it is cut short");
  const std::uint8_t command = byte_at(bytes, 12);
  if (command == kCommandLocal) return ProxiedPeer{};
  if (command != kCommandProxy) return malformed("its version or command is not known");
  const auto family = static_cast<std::uint8_t>(byte_at(bytes, 13) >> 4);
  const auto block = block_of(family);
  if (!block) return malformed("its address family is not known");
  const std::string_view body = bytes.substr(kProxyHeaderStart);
  if (body.size() < block->block) return malformed("its addresses are cut short");
  // What an unspecified family brings has no known form: it is skipped, with its values.
  if (family == kFamilyUnspecified) return ProxiedPeer{};
  WWS_TRY(const bool secure, find_ssl(body.substr(block->block)));
  return ProxiedPeer{source_of(family, body.substr(0, block->address)), secure};
}

}  // namespace wws::http
