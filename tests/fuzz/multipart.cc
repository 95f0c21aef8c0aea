// A line of Content-Type, then a body, to a worker that asks for formData(): what it takes for a
// form is written and read again as the same form.
#include "base/assert.h"
#include "guest/js/test/fake_host.h"
#include "input.h"

namespace {

// A form that was written once is in the form that is written: line ends in it are CRLF.
constexpr const char* kWorker = R"(
const list = async (form) => {
  const out = [];
  for (const [name, value] of form) {
    const text = typeof value === "string" ? value : await value.text();
    out.push([name, typeof value === "string" ? null : [value.name, value.type], text]);
  }
  return out;
};
const again = (form) => new Response(form).formData();
export default {
  async fetch(request) {
    let form;
    try {
      form = await request.formData();
    } catch (error) {
      return new Response(error instanceof TypeError ? "refused" : `odd: ${error}`);
    }
    const once = await again(form);
    const first = await list(once), second = await list(await again(once));
    const count = (await list(form)).length;
    const same = first.length === count && JSON.stringify(first) === JSON.stringify(second);
    return new Response(same ? "same" : `odd: ${JSON.stringify([first, second])}`);
  },
};
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool loaded = [] {
    const Outcome outcome = fake_host().load(WWS_COMPILE_MODULE, "worker.mjs", kWorker, {});
    WWS_ASSERT(outcome.faults.empty() && outcome.complaint.empty(), "the worker does not load");
    return true;
  }();
  WWS_ASSERT(loaded, "the worker does not load");
  std::string_view rest = wws::fuzz::text_of(data, size);
  Request request;
  request.flags = WWS_REQUEST_BODY_INLINE;
  request.method = "POST";
  request.url = "http://form.test/";
  request.headers = {{"content-type", std::string(wws::fuzz::take(rest, '\n'))}};
  request.body = rest;
  const Outcome outcome = fake_host().run(request);
  WWS_ASSERT(outcome.faults.empty() && outcome.complaint.empty(), "the worker fails");
  WWS_ASSERT(outcome.body == "same" || outcome.body == "refused", outcome.body);
  return 0;
}
