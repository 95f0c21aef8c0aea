test("a blob joins its parts and gives them back", async () => {
  const blob = new Blob(["ab", new Uint8Array([99]), new Blob(["d\r\ne"])], { type: "Text/Plain" });
  same(blob.size, 7);
  same(blob.type, "text/plain");
  same(await blob.text(), "abcd\r\ne");
  same(await blob.slice(1, -3, "x/y").text(), "bcd");
  same(await new Response(blob.stream()).text(), "abcd\r\ne");
  same(await structuredClone(blob).text(), "abcd\r\ne");
});

test("a file has a name", () => {
  const file = new File(["x"], "a.txt", { lastModified: 5 });
  same(file.name, "a.txt");
  same(file.lastModified, 5);
  assert(file instanceof Blob);
  throws(TypeError, () => new File(["x"]));
});

test("a blob as a body brings its type", async () => {
  const response = new Response(new Blob(["hi"], { type: "a/b" }));
  same(response.headers.get("content-type"), "a/b");
  const blob = await response.blob();
  same(blob.type, "a/b");
  same(await blob.text(), "hi");
});
