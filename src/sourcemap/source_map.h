// SourceMap: where a position of a generated script stands in the files that it was made from.
//
// Pure values, immutable, shared between threads. Lines and columns count from 1, as stacks show
// them. https://tc39.es/ecma426/
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wws::sourcemap {

struct Position {
  std::uint32_t line = 0, column = 0;
  bool operator==(const Position&) const = default;
};

// A place in one of the original files; borrows from the map.
struct Original {
  std::string_view source;  // as the map names it: "api/hello.ts"
  Position at;
  bool operator==(const Original&) const = default;
};

class SourceMap final {
 public:
  // Errors: Invalid for what is no source map of version 3; maps made of sections are not read.
  [[nodiscard]] static Result<SourceMap> parse(std::string_view json);

  // Nothing where the script was made of none of the sources.
  [[nodiscard]] std::optional<Original> find(Position generated) const;
  // The text of a source, where the map carries it ("sourcesContent").
  [[nodiscard]] std::optional<std::string_view> text_of(std::string_view source) const;
  [[nodiscard]] const std::vector<std::string>& sources() const noexcept { return sources_; }

 private:
  struct Segment {
    std::uint32_t line, column;  // generated, from 0
    std::int32_t source;         // -1: of none
    std::uint32_t original_line, original_column;
  };

  Result<void> decode(std::string_view mappings);

  std::vector<std::string> sources_;
  std::vector<std::optional<std::string>> texts_;  // by source
  std::vector<Segment> segments_;                  // in the script's order
};

}  // namespace wws::sourcemap
