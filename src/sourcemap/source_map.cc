#include "sourcemap/source_map.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace wws::sourcemap {
namespace {

using Json = nlohmann::json;

Error invalid(std::string what) {
  return Error(ErrorKind::Invalid, "no source map: " + std::move(what));
}

// The value of a base64 digit, -1 for other characters.
constexpr std::array<std::int8_t, 256> kDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return digits;
}();

// Reads base64 VLQ numbers, https://tc39.es/ecma426/#sec-base64-vlq.
class VlqReader {
 public:
  explicit VlqReader(std::string_view text) noexcept : text_(text) {}

  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] char peek() const noexcept { return text_[at_]; }
  void skip() noexcept { ++at_; }
  [[nodiscard]] bool at_number() const noexcept {
    return !at_end() && peek() != ',' && peek() != ';';
  }
  // Nothing for what is no number, or none of 32 bits.
  std::optional<std::int64_t> number() noexcept {
    std::uint64_t value = 0;
    for (int shift = 0; shift <= 30 && !at_end(); shift += 5) {
      const std::int8_t digit = kDigits[static_cast<unsigned char>(text_[at_++])];
      if (digit < 0) return std::nullopt;
      value |= std::uint64_t(digit & 31) << shift;
      if ((digit & 32) != 0) continue;
      const auto magnitude = static_cast<std::int64_t>(value >> 1);
      return (value & 1) != 0 ? -magnitude : magnitude;
    }
    return std::nullopt;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// Sources are URLs: "%5Bid%5D.ts" is the file [id].ts.
std::string path_of(const std::string& url) { return percent_decode(url).value_or(url); }

// Adds to a running count; false where it leaves the range of a position.
bool advance(std::int64_t& count, std::optional<std::int64_t> by) noexcept {
  if (!by) return false;
  count += *by;
  return count >= 0 && count < std::numeric_limits<std::int32_t>::max();
}

}  // namespace

Result<SourceMap> SourceMap::parse(std::string_view json) {
  const Json map = Json::parse(json, nullptr, false);
  if (!map.is_object()) return fail(invalid("it is no JSON object"));
  if (map.value("version", Json()) != 3) return fail(invalid("its version is not 3"));
  const Json sources = map.value("sources", Json());
  const Json mappings = map.value("mappings", Json());
  const Json texts = map.value("sourcesContent", Json::array());
  if (!sources.is_array() || !mappings.is_string())
    return fail(invalid("\"sources\" or \"mappings\" is missing"));
  const Json root = map.value("sourceRoot", Json());
  const std::string prefix = root.is_string() ? root.get<std::string>() : "";
  SourceMap made;
  for (const Json& source : sources)
    made.sources_.push_back(source.is_string() ? path_of(prefix + source.get<std::string>()) : "");
  made.texts_.resize(made.sources_.size());
  if (texts.is_array())
    for (std::size_t i = 0; i < std::min(texts.size(), made.texts_.size()); ++i)
      if (texts[i].is_string()) made.texts_[i] = texts[i].get<std::string>();
  WWS_CHECK(made.decode(mappings.get_ref<const std::string&>()));
  return made;
}

Result<void> SourceMap::decode(std::string_view mappings) {
  VlqReader reader(mappings);
  std::int64_t column = 0, source = 0, original_line = 0, original_column = 0, name = 0;
  std::uint32_t line = 0;
  while (!reader.at_end()) {
    if (!reader.at_number()) {
      if (reader.peek() == ';') {
        ++line;
        column = 0;
      }
      reader.skip();
      continue;
    }
    bool ok = advance(column, reader.number());
    Segment segment{line, static_cast<std::uint32_t>(column), -1, 0, 0};
    if (ok && reader.at_number()) {
      ok = advance(source, reader.number()) && advance(original_line, reader.number()) &&
           advance(original_column, reader.number()) &&
           static_cast<std::size_t>(source) < sources_.size();
      segment.source = static_cast<std::int32_t>(source);
      segment.original_line = static_cast<std::uint32_t>(original_line);
      segment.original_column = static_cast<std::uint32_t>(original_column);
      if (ok && reader.at_number()) ok = advance(name, reader.number());
    }
    if (!ok || reader.at_number()) return fail(invalid("\"mappings\" is damaged"));
    segments_.push_back(segment);
  }
  // A map may have its segments of a line in any order.
  std::ranges::stable_sort(segments_, [](const Segment& a, const Segment& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  });
  return {};
}

std::optional<Original> SourceMap::find(Position generated) const {
  if (generated.line == 0 || generated.column == 0) return std::nullopt;
  const Position wanted{generated.line - 1, generated.column - 1};
  // The last segment that does not begin behind the position.
  const auto behind = std::ranges::upper_bound(
      segments_, wanted,
      [](const Position& a, const Position& b) {
        return a.line != b.line ? a.line < b.line : a.column < b.column;
      },
      [](const Segment& segment) { return Position{segment.line, segment.column}; });
  if (behind == segments_.begin()) return std::nullopt;
  const Segment& segment = *std::prev(behind);
  if (segment.line != wanted.line || segment.source < 0) return std::nullopt;
  return Original{sources_[static_cast<std::size_t>(segment.source)],
                  {segment.original_line + 1, segment.original_column + 1}};
}

std::optional<std::string_view> SourceMap::text_of(std::string_view source) const {
  const auto found = std::ranges::find(sources_, source);
  if (found == sources_.end()) return std::nullopt;
  const auto& text = texts_[static_cast<std::size_t>(found - sources_.begin())];
  if (!text) return std::nullopt;
  return std::string_view(*text);
}

}  // namespace wws::sourcemap
