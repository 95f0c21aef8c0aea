// A stream that is only handed on is made when somebody looks into it.

const read = async (stream) => {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  return text;
};

test("a body handed on is one stream", async () => {
  const first = new Response("text", { status: 201, headers: { a: "b" } });
  const { body } = first;
  const second = new Response(body, first);
  same(second.body, body);
  same(first.body, body);
  same(second.status, 201);
  same(second.headers.get("a"), "b");
  same(first.bodyUsed || second.bodyUsed, false);
  same(await second.text(), "text");
  same(first.bodyUsed && second.bodyUsed, true);
  same(body.locked, true);
  await rejects(TypeError, first.text(), "used");
  throws(TypeError, () => new Response(body), "locked");
});

test("handed on after it was looked into", async () => {
  const first = new Response("text");
  same(first.body.locked, false);
  const second = new Response(first.body);
  same(await second.text(), "text");
  same(second.bodyUsed, true);
  same(first.bodyUsed, true);
});

test("looked into after it was handed on", async () => {
  const first = new Response(new Uint8Array([104, 105]));
  const second = new Response(first.body);
  same(await read(second.body), "hi");
  same(first.bodyUsed && second.bodyUsed, true);
  await rejects(TypeError, first.text(), "used");
});

test("locked by a reader after it was handed on", async () => {
  const first = new Response("text");
  const second = new Response(first.body);
  const reader = first.body.getReader();
  await rejects(TypeError, second.text(), "used already, or is locked");
  same(second.bodyUsed, false);
  reader.releaseLock();
  same(await second.text(), "text");
});

test("read whole, then asked for its stream", async () => {
  const response = new Response("text");
  const { body } = response;
  same(await response.text(), "text");
  same(body.locked, true);
  throws(TypeError, () => body.getReader());
  const other = new Response("text");
  await other.text();
  same(other.body.locked, true);
});

test("it is a ReadableStream in every way", async () => {
  const { body } = new Response("text");
  assert(body instanceof ReadableStream);
  same(Object.getPrototypeOf(body), ReadableStream.prototype);
  same(Object.prototype.toString.call(body), "[object ReadableStream]");
  const [one, two] = body.tee();
  same(await read(one) + await read(two), "texttext");
  same(await read(new Response("pipe").body.pipeThrough(new TransformStream())), "pipe");
  const reader = new ReadableStreamBYOBReader(new Response("byob").body);
  const { value } = await reader.read(new Uint8Array(8));
  same(new TextDecoder().decode(value), "byob");
  const cancelled = new Response("gone");
  await cancelled.body.cancel();
  same(cancelled.bodyUsed, true);
  same((await new Response("").body.getReader().read()).done, true);
});

test("a subclass's method and a getter see the stream", () => {
  const { body } = new Response("text");
  const lockedOf = Object.getOwnPropertyDescriptor(ReadableStream.prototype, "locked").get;
  same(lockedOf.call(body), false);
  throws(TypeError, () => lockedOf.call(Object.create(body)));
});

test("clone of what was handed on", async () => {
  const first = new Response("text");
  const second = new Response(first.body);
  const third = second.clone();
  same(await second.text() + await third.text(), "texttext");
});

test("a request's body handed on", async () => {
  const request = new Request("http://x.test/", { method: "POST", body: "posted" });
  const other = new Request("http://y.test/", { method: "POST", body: request.body, duplex: "half" });
  same(await other.text(), "posted");
  same(request.bodyUsed, true);
});
