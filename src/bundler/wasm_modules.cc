#include "bundler/wasm_modules.h"

#include <algorithm>

namespace wws::bundler {
namespace {

constexpr std::string_view kHelper = "__toBinary";
constexpr std::string_view kOpen = "new WebAssembly.Module(";

// The length of `__toBinary("..."`)`, at the start of `code`; 0 where it is something else. A
// number follows the name where a script has that name already.
std::size_t call_length(std::string_view code) {
  std::size_t at = kHelper.size();
  while (at < code.size() && code[at] >= '0' && code[at] <= '9') ++at;
  if (!code.substr(at).starts_with("(\"")) return 0;
  const std::size_t end = code.find('"', at + 2);
  if (end == std::string_view::npos || !code.substr(end).starts_with("\")")) return 0;
  return end + 2;
}

// What the last comment of the kind before `at` names.
std::string_view file_at(std::string_view code, std::size_t at) {
  const std::size_t comment = code.substr(0, at).rfind("\n// ");
  std::size_t begin = 0;
  if (comment != std::string_view::npos)
    begin = comment + 4;
  else if (code.starts_with("// "))
    begin = 3;
  else
    return {};
  return code.substr(begin, code.find('\n', begin) - begin);
}

bool is_module(std::string_view file) {
  const std::size_t query = std::min(file.find('?'), file.size());
  return file.substr(0, query).ends_with(".wasm") && file.substr(query) != "?bytes";
}

}  // namespace

std::string with_wasm_modules(std::string_view code) {
  std::string made;
  std::size_t copied = 0;
  for (std::size_t at = code.find(kHelper); at != std::string_view::npos;
       at = code.find(kHelper, at + kHelper.size())) {
    const std::size_t length = call_length(code.substr(at));
    if (length == 0 || !is_module(file_at(code, at))) continue;
    made += code.substr(copied, at - copied);
    made += kOpen;
    made += code.substr(at, length);
    made += ')';
    copied = at + length;
  }
  made += code.substr(copied);
  return made;
}

}  // namespace wws::bundler
