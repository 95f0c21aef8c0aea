const read = (blob, method, ...rest) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader[method](blob, ...rest);
});

test("a blob is read as what is wanted", async () => {
  const blob = new Blob(["h\u00e9"], { type: "text/plain" });
  same(await read(blob, "readAsText"), "h\u00e9");
  same(await read(blob, "readAsText", "latin1"), "h\u00c3\u00a9");
  same(await read(blob, "readAsDataURL"), "data:text/plain;base64,aMOp");
  same(await read(blob, "readAsBinaryString"), "h\u00c3\u00a9");
  same((await read(blob, "readAsArrayBuffer")).byteLength, 3);
  same(await read(new Blob([new Uint8Array([0xff, 0xfe, 0x41, 0])]), "readAsText", "utf-8"), "A");
  same(new FileReaderSync().readAsText(blob), "h\u00e9");
});

test("a reader reads one blob at a time, and can be stopped", async () => {
  const reader = new FileReader(), seen = [];
  for (const type of ["loadstart", "progress", "load", "abort", "loadend"]) reader.addEventListener(type, () => seen.push(type));
  reader.readAsText(new Blob(["text"]));
  throws("InvalidStateError", () => reader.readAsText(new Blob(["text"])));
  reader.abort();
  same(reader.result, null);
  same(reader.readyState, FileReader.DONE);
  await new Promise((resolve) => setTimeout(resolve, 5));
  alike(seen, ["abort", "loadend"]);
  throws(TypeError, () => reader.readAsText("text"));
});

test("a blob: URL names the blob until it is revoked", async () => {
  const url = URL.createObjectURL(new Blob(["0123456789"], { type: "text/x" }));
  assert(/^blob:null\/[0-9a-f-]{36}$/.test(url));
  const response = await fetch(`${url}#part`);
  same(response.headers.get("content-type"), "text/x");
  same(await response.text(), "0123456789");
  const part = await fetch(url, { headers: { range: "bytes=2-4" } });
  same(part.status, 206);
  same(part.headers.get("content-range"), "bytes 2-4/10");
  same(await part.text(), "234");
  await rejects(TypeError, fetch(url, { headers: { range: "bytes=10-" } }), "no such range");
  await rejects(TypeError, fetch(url, { method: "POST" }), "by GET");
  const request = new Request(url);
  URL.revokeObjectURL(url);
  await rejects(TypeError, fetch(url), "names no blob");
  same(await (await fetch(request.clone())).text(), "0123456789");
  throws(TypeError, () => URL.createObjectURL({}));
});
