#include "abi/wasi_p1/line_splitter.h"

#include <algorithm>
#include <utility>

namespace wws::abi::wasi_p1 {

LineSplitter::LineSplitter(LineLimits limits, std::function<void(std::string_view)> line)
    : limits_(limits), line_(std::move(line)) {
  limits_.max_line = std::max<std::size_t>(limits_.max_line, 1);
}

void LineSplitter::write(ByteView bytes) {
  const std::size_t taken = std::min(bytes.size(), room());
  bytes_ += taken;
  std::string_view rest = as_text(bytes.first(taken));
  while (!rest.empty() && !overflown_) {
    const std::size_t fits = limits_.max_line - partial_.size();
    const std::size_t end = rest.substr(0, fits + 1).find('\n');
    const std::size_t length = std::min({end, rest.size(), fits});
    partial_.append(rest.substr(0, length));
    rest.remove_prefix(length);
    if (!rest.empty() && rest.front() == '\n') {
      rest.remove_prefix(1);
      if (partial_.ends_with('\r')) partial_.pop_back();
      hand_over(std::exchange(partial_, {}));
    } else if (partial_.size() == limits_.max_line) {
      hand_over(std::exchange(partial_, {}));
    }
  }
  if (taken < bytes.size()) overflow();
}

void LineSplitter::flush() {
  if (!partial_.empty()) hand_over(std::exchange(partial_, {}));
}

void LineSplitter::overflow() {
  if (std::exchange(overflown_, true)) return;
  if (!partial_.empty()) line_(std::exchange(partial_, {}));
  line_("(the worker wrote more to stderr; the rest of this request is dropped)");
}

void LineSplitter::hand_over(std::string_view text) {
  if (overflown_) return;
  if (lines_ == limits_.max_lines) return overflow();
  ++lines_;
  line_(text);
}

}  // namespace wws::abi::wasi_p1
