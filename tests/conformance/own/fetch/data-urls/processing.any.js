// Media type and body of a data: URL, by the suite's table.
// https://fetch.spec.whatwg.org/#data-url-processor
promise_setup(async () => {
  const cases = await (await fetch("resources/data-urls.json")).json();
  for (const [url, type, bytes] of cases) {
    promise_test(async (test) => {
      if (type === null) {
        await promise_rejects_js(test, TypeError, fetch(url));
        return;
      }
      const response = await fetch(url);
      assert_equals(response.status, 200);
      assert_equals(response.type, "basic");
      assert_equals(response.headers.get("content-type"), type);
      assert_array_equals(new Uint8Array(await response.arrayBuffer()), bytes);
    }, format_value(url));
  }
});
