#include "http/websocket/deflate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "codec/compress.h"
#include "http/blanks.h"

namespace wws::http::websocket {
namespace {

using codec::Codec;
namespace compress = codec::compress;

constexpr int kWindowBits = 12;
// What ends each flush, and is not sent: RFC 7692 section 7.2.1.
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

struct Parameter {
  std::string_view name;
  std::optional<std::string_view> value;
};

std::string_view unquoted(std::string_view value) noexcept {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    return value.substr(1, value.size() - 2);
  return value;
}

// "name; a; b=1" as its parameters, the name first; nothing where it is not well-formed.
std::optional<std::vector<Parameter>> parse_offer(std::string_view text) {
  std::vector<Parameter> parameters;
  while (true) {
    const auto end = std::min(text.find(';'), text.size());
    const auto part = trim(text.substr(0, end));
    const auto equals = part.find('=');
    Parameter parameter{trim(part.substr(0, equals)), std::nullopt};
    if (equals != std::string_view::npos) parameter.value = unquoted(trim(part.substr(equals + 1)));
    if (!is_token(parameter.name) || (parameter.value && !is_token(*parameter.value)))
      return std::nullopt;
    parameters.push_back(parameter);
    if (end == text.size()) return parameters;
    text.remove_prefix(end + 1);
  }
}

// RFC 7692 section 7.1.2.1: 8 to 15, without leading zeros.
std::optional<int> parse_bits(std::string_view text) noexcept {
  if (text == "8" || text == "9") return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5')
    return 10 + (text[1] - '0');
  return std::nullopt;
}

// False: the offer is to be declined.
bool take_parameter(const Parameter& parameter, DeflateParameters& taken) noexcept {
  if (parameter.name == "server_no_context_takeover")
    return !parameter.value && std::exchange(taken.server_keeps_context, false);
  if (parameter.name == "client_no_context_takeover")
    return !parameter.value && std::exchange(taken.client_keeps_context, false);
  if (parameter.name == "server_max_window_bits") {
    const auto bits = parameter.value ? parse_bits(*parameter.value) : std::nullopt;
    // zlib has no window of 256 bytes.
    if (!bits || *bits == 8) return false;
    taken.server_window_bits = *bits;
    return true;
  }
  if (parameter.name != "client_max_window_bits") return false;
  taken.client_window_given = true;
  if (!parameter.value) return true;
  const auto bits = parse_bits(*parameter.value);
  if (bits) taken.client_window_bits = *bits;
  return bits.has_value();
}

bool is_repeated(const std::vector<Parameter>& parameters) {
  for (std::size_t i = 1; i < parameters.size(); ++i)
    for (std::size_t j = i + 1; j < parameters.size(); ++j)
      if (parameters[i].name == parameters[j].name) return true;
  return false;
}

std::optional<DeflateParameters> accept(const std::vector<Parameter>& offer) {
  if (offer.front().name != "permessage-deflate" || offer.front().value) return std::nullopt;
  if (offer.size() > 5 || is_repeated(offer)) return std::nullopt;
  DeflateParameters taken;
  for (std::size_t i = 1; i < offer.size(); ++i)
    if (!take_parameter(offer[i], taken)) return std::nullopt;
  taken.server_window_bits = std::min(taken.server_window_bits, kWindowBits);
  if (taken.client_window_given)
    taken.client_window_bits = std::min(taken.client_window_bits, kWindowBits);
  return taken;
}

}  // namespace

std::string DeflateParameters::to_string() const {
  std::string text =
      fmt::format("permessage-deflate; server_max_window_bits={}", server_window_bits);
  if (client_window_given) text += fmt::format("; client_max_window_bits={}", client_window_bits);
  if (!server_keeps_context) text += "; server_no_context_takeover";
  if (!client_keeps_context) text += "; client_no_context_takeover";
  return text;
}

std::optional<DeflateParameters> choose_deflate(const Headers& request) {
  for (const Header& field : request) {
    if (!equals_ignoring_case(field.name, "sec-websocket-extensions")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(','), rest.size());
      const auto text = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (text.empty()) continue;
      const auto offer = parse_offer(text);
      if (!offer) return std::nullopt;
      if (auto accepted = accept(*offer)) return accepted;
    }
  }
  return std::nullopt;
}

Result<void> Deflater::add(std::string_view bytes, Part part, std::string& out) {
  if (!codec_) {
    WWS_TRY(codec_, compress::make_raw_deflate(compress::Direction::Compress,
                                               parameters_.server_window_bits));
  }
  const auto input = part == Part::Last ? Codec::Input::Flush : Codec::Input::More;
  std::array<std::uint8_t, 4096> room;
  while (true) {
    WWS_TRY(const auto step, codec_->step(as_bytes(bytes), room, input));
    out.append(reinterpret_cast<const char*>(room.data()), step.written);
    bytes.remove_prefix(step.consumed);
    const bool done =
        part == Part::Last ? step.flushed : bytes.empty() && step.written < room.size();
    if (done) break;
  }
  if (part == Part::More) return {};
  if (out.ends_with(kTail)) out.resize(out.size() - kTail.size());
  if (!parameters_.server_keeps_context) codec_.reset();
  return {};
}

Result<void> Inflater::add(std::string_view bytes, std::uint64_t most, std::string& out) {
  return feed(bytes, most, out);
}

Result<void> Inflater::end(std::uint64_t most, std::string& out) {
  WWS_CHECK(feed(kTail, most, out));
  if (finished_ || !parameters_.client_keeps_context) codec_.reset();
  finished_ = false;
  return {};
}

Result<void> Inflater::feed(std::string_view bytes, std::uint64_t most, std::string& out) {
  std::array<std::uint8_t, 4096> room;
  while (true) {
    if (!codec_) {
      WWS_TRY(codec_, compress::make_raw_deflate(compress::Direction::Decompress,
                                                 std::max(parameters_.client_window_bits, 9)));
    }
    WWS_TRY(const auto step, codec_->step(as_bytes(bytes), room, Codec::Input::More));
    if (most != 0 && step.written > most - out.size())
      return fail(ErrorKind::Exhausted, "the message is too large");
    out.append(reinterpret_cast<const char*>(room.data()), step.written);
    bytes.remove_prefix(step.consumed);
    if (step.finished) {
      // Data that say that they end are followed by a block of their own, which is empty (RFC 7692
      // section 7.2.3.4): once, or it would be a way to have us begin anew for every two bytes.
      if (std::exchange(finished_, true))
        return fail(ErrorKind::Invalid, "the compressed data end more than once");
      codec_.reset();
      if (bytes.empty()) return {};
      continue;
    }
    if (bytes.empty() && step.written < room.size()) return {};
    if (step.consumed == 0 && step.written == 0)
      return fail(ErrorKind::Invalid, "the compressed data are not valid");
  }
}

}  // namespace wws::http::websocket
