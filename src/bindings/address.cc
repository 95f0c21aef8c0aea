#include "bindings/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace wws::bindings {
namespace {

struct Range4 {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array<Range4, 15> kNotPublic4 = {{
    {quad(0, 0, 0, 0), 8},        // this network
    {quad(10, 0, 0, 0), 8},       // private
    {quad(100, 64, 0, 0), 10},    // carrier-grade NAT
    {quad(127, 0, 0, 0), 8},      // loopback
    {quad(169, 254, 0, 0), 16},   // link-local, clouds' metadata
    {quad(172, 16, 0, 0), 12},    // private
    {quad(192, 0, 0, 0), 24},     // protocol assignments
    {quad(192, 0, 2, 0), 24},     // documentation
    {quad(192, 88, 99, 0), 24},   // 6to4 relays
    {quad(192, 168, 0, 0), 16},   // private
    {quad(198, 18, 0, 0), 15},    // benchmarks
    {quad(198, 51, 100, 0), 24},  // documentation
    {quad(203, 0, 113, 0), 24},   // documentation
    {quad(224, 0, 0, 0), 4},      // multicast
    {quad(240, 0, 0, 0), 4},      // reserved, broadcast
}};

bool is_public4(std::uint32_t address) noexcept {
  return std::none_of(kNotPublic4.begin(), kNotPublic4.end(), [&](const Range4& range) {
    return (address ^ range.network) >> (32 - range.bits) == 0;
  });
}

using Bytes6 = std::array<std::uint8_t, 16>;

std::uint32_t word_at(const Bytes6& b, std::size_t at) noexcept {
  return quad(b[at], b[at + 1], b[at + 2], b[at + 3]);
}

bool is_public6(const Bytes6& b) noexcept {
  const auto w0 = word_at(b, 0);
  const auto w1 = word_at(b, 4);
  const auto w2 = word_at(b, 8);
  const auto w3 = word_at(b, 12);
  if (w0 == 0 && w1 == 0 && (w2 == 0 || w2 == 0xffff)) return is_public4(w3);  // ::a.b.c.d, mapped
  if (w0 == 0x64ff9b && w1 == 0 && w2 == 0) return is_public4(w3);             // NAT64
  if (w0 >> 16 == 0x2002) return is_public4(word_at(b, 2));                    // 6to4
  if (w0 >> 9 == 0x20010000 >> 9) return false;    // 2001::/23: Teredo, ORCHID, benchmarks
  if (w0 == 0x20010db8) return false;              // documentation
  if (w0 >> 12 == 0x3fff0000 >> 12) return false;  // 3fff::/20: documentation
  return w0 >> 29 == 1;                            // 2000::/3: all that is assigned to the public
}

}  // namespace

bool is_public_address(std::string_view address) noexcept {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() >= text.size() || address.find('\0') != std::string_view::npos) return false;
  std::memcpy(text.data(), address.data(), address.size());
  in_addr four{};
  if (inet_pton(AF_INET, text.data(), &four) == 1) return is_public4(ntohl(four.s_addr));
  Bytes6 six{};
  return inet_pton(AF_INET6, text.data(), six.data()) == 1 && is_public6(six);
}

}  // namespace wws::bindings
