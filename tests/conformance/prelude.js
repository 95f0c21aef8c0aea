// What a test file may expect of the page or worker that a test server would make for it: GLOBAL,
// location, and fetch() of files of the suite by relative address. `{{base}}` is the file's own.
// And what reports to the runner: the answer to the one request is the outcome of every subtest.
(() => {
  "use strict";
  const { addEventListener, Response, URL, Promise, JSON, fetch } = globalThis;
  const base = "{{base}}";
  globalThis.GLOBAL = { isWindow: () => false, isWorker: () => true, isShadowRealm: () => false };
  globalThis.location = new URL(base);
  // A worker's own origin is opaque.
  Object.defineProperty(globalThis.location, "origin", { value: "null" });
  globalThis.fetch = (input, init) =>
    fetch(typeof input === "string" && URL.canParse(input, base) ? new URL(input, base).href : input, init);

  const passed = 0;
  const subtests = [];
  let complete = false, status = null, message = null, finish;
  const finished = new Promise((resolve) => { finish = resolve; });
  globalThis.wwsReport = (add_result_callback, add_completion_callback) => {
    delete globalThis.wwsReport;
    // The interfaces that are to be there are those of a worker. Only now: the harness would look for one.
    globalThis.DedicatedWorkerGlobalScope = class {
      static [Symbol.hasInstance](value) { return value === globalThis; }
    };
    add_result_callback((test) => {
      subtests.push({ name: `${test.name}`, passed: test.status === passed, message: test.message });
    });
    add_completion_callback((tests, harness) => {
      complete = true;
      status = harness.status;
      message = harness.message;
      finish();
    });
  };
  addEventListener("fetch", (event) => {
    // Top-level code ran until nothing was pending; what waits beyond that waits for this request.
    const answer = () => new Response(JSON.stringify({ complete, status, message, subtests }));
    event.respondWith(complete ? answer() : Promise.resolve().then(answer));
  });
})();
