#include "http/forwarded/networks.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

namespace wws::http {
namespace {

using Bits = std::array<std::uint8_t, 16>;

constexpr unsigned kMappedPrefix = 96;

struct Address {
  Bits bits;
  bool v4;
};

std::optional<Address> parse_address(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> zero_terminated{};
  if (text.empty() || text.size() >= zero_terminated.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), zero_terminated.begin());
  Address address{{}, false};
  if (inet_pton(AF_INET6, zero_terminated.data(), address.bits.data()) == 1) return address;
  address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0}, true};
  if (inet_pton(AF_INET, zero_terminated.data(), address.bits.data() + 12) == 1) return address;
  return std::nullopt;
}

bool shares_prefix(const Bits& a, const Bits& b, unsigned bits) noexcept {
  const unsigned whole = bits / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

std::optional<unsigned> parse_prefix(std::string_view text, unsigned most) noexcept {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (error != std::errc() || end != text.data() + text.size() || prefix > most)
    return std::nullopt;
  return prefix;
}

}  // namespace

std::optional<Bits> address_bits(std::string_view text) noexcept {
  const auto address = parse_address(text);
  return address ? std::optional(address->bits) : std::nullopt;
}

Result<void> Networks::add(std::string_view text) {
  if (text == "unix") {
    unix_ = true;
    return {};
  }
  const auto wrong = [text] {
    return fail(ErrorKind::Invalid,
                fmt::format("'{}' is no network: write 10.0.0.0/8, 192.0.2.1, 2001:db8::/32, or "
                            "'unix' for unix sockets",
                            text));
  };
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return wrong();
  const unsigned width = address->v4 ? 32 : 128;
  const auto prefix =
      slash == std::string_view::npos ? width : parse_prefix(text.substr(slash + 1), width);
  if (!prefix) return wrong();
  networks_.push_back({address->bits, *prefix + (address->v4 ? kMappedPrefix : 0)});
  return {};
}

bool Networks::contains(std::string_view address) const noexcept {
  if (address == "unix") return unix_;
  if (networks_.empty()) return false;
  const auto parsed = parse_address(address);
  return parsed && std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
           return shares_prefix(network.address, parsed->bits, network.prefix);
         });
}

bool is_numeric_address(std::string_view text) noexcept { return parse_address(text).has_value(); }

}  // namespace wws::http
