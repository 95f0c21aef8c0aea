// Forgiving base64 in the body of a data: URL, by the suite's table.
// https://fetch.spec.whatwg.org/#data-urls
promise_setup(async () => {
  const cases = await (await fetch("resources/base64.json")).json();
  for (const [input, output] of cases) {
    promise_test(async (test) => {
      const url = `data:;base64,${input}`;
      if (output === null) {
        await promise_rejects_js(test, TypeError, fetch(url));
        return;
      }
      const response = await fetch(url);
      assert_array_equals(new Uint8Array(await response.arrayBuffer()), output);
    }, `data: URL base64 handling: ${format_value(input)}`);
  }
});
