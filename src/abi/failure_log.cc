#include "abi/failure_log.h"

#include "abi/trace.h"

namespace wws::abi {

void add_trace(std::vector<observe::Field>& fields, std::string_view stack,
               const WorkerIdentity& worker) {
  if (stack.empty()) return;
  const auto frames = parse_stack(stack);
  const Frame* place = first_place(frames);
  if (place != nullptr && worker.source && place->file == worker.file)
    if (const auto excerpt = make_excerpt(place->file, *worker.source, place->line, place->column))
      fields.push_back({"excerpt", to_text(*excerpt)});
  fields.push_back({"stack", std::string(stack)});
}

}  // namespace wws::abi
