test("a data: URL is fetched without a host", async () => {
  const response = await fetch("data:text/html;charset=utf-8,a%20b#c");
  same(await response.text(), "a b");
  same(response.headers.get("content-type"), "text/html;charset=utf-8");
  same(response.url, "data:text/html;charset=utf-8,a%20b#c");
  same(await (await fetch("data:;base64,aGk=")).text(), "hi");
  same(await fetch("data:x").catch((error) => error.name), "TypeError");
});
