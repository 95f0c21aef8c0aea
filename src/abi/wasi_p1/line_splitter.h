// LineSplitter: turns what a guest writes to stderr into lines, bounded in length, number and total
// size, because a hostile guest writes for ever.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace wws::abi::wasi_p1 {

struct LineLimits {
  std::size_t max_line = 4096;         // longer ones are handed over in pieces
  std::size_t max_lines = 1000;        // pieces count as lines
  std::size_t max_bytes = 256u << 10;  // in all
};

class LineSplitter final {
 public:
  // `line` gets each line without its end ("\n" or "\r\n"), and once, past a limit, a text saying
  // so.
  LineSplitter(LineLimits limits, std::function<void(std::string_view)> line);

  void write(ByteView bytes);
  // Hands over an unfinished line.
  void flush();
  // How much more is looked at; the rest is dropped.
  [[nodiscard]] std::size_t room() const noexcept { return limits_.max_bytes - bytes_; }
  // Tells that bytes beyond room() were dropped.
  void overflow();

 private:
  void hand_over(std::string_view text);

  LineLimits limits_;
  std::function<void(std::string_view)> line_;
  std::string partial_;
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
  bool overflown_ = false;
};

}  // namespace wws::abi::wasi_p1
