// Any bytes as a module: parsed, checked, and what is proven rewritten, which must parse again, be
// proven again and start in the same state.
#include <cstdlib>
#include <vector>

#include "wasm/binary/module.h"

using namespace wws;
using namespace wws::wasm::binary;

namespace {

void demand(bool condition) {
  if (!condition) std::abort();
}

// The rewritten module exports names that the checker keeps for the host; without them it is
// proven.
bool only_reserved_names(const std::vector<std::string>& reasons) {
  for (const std::string& reason : reasons)
    if (reason.find("'wws:") == std::string::npos) return false;
  return true;
}

void check_rewriting(const Module& module) {
  const InitialState state = initial_state(module);
  const std::string rewritten = rewrite_for_keeping(module);
  const auto again = parse(as_bytes(rewritten));
  demand(again.has_value());
  demand(only_reserved_names(reasons_not_provable(*again)));
  demand(again->data.empty() && again->bodies.size() == module.bodies.size());
  demand(again->exports.size() == module.exports.size() + 1 + state.globals.size());
  const InitialState second = initial_state(*again);
  demand(second.memory_pages == state.memory_pages && second.max_pages == state.max_pages);
  demand(second.globals.size() == state.globals.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto module = parse({data, size});
  if (!module) return 0;
  for (const FunctionType& type : module->types) static_cast<void>(to_string(type));
  std::vector<std::uint8_t> memory(kPageBytes);
  static_cast<void>(apply_data(*module, memory));
  if (reasons_not_provable(*module).empty()) check_rewriting(*module);
  return 0;
}
