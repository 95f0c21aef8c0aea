const makePair = () => {
  const [a, b] = Object.values(new WebSocketPair());
  a.accept();
  b.accept();
  return [a, b];
};
const next = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));

test("messages pass a pair in order, each a task", async () => {
  const [a, b] = makePair();
  const seen = [];
  const all = new Promise((resolve) => {
    b.addEventListener("message", (event) => { if (seen.push(event.data) === 4) resolve(); });
  });
  a.send("one");
  a.send(new Uint8Array([1, 2, 3]).subarray(1));
  a.send(7);
  a.send("lone \ud800");
  same(seen.length, 0);
  await all;
  same(seen[0], "one");
  same(seen[1] instanceof ArrayBuffer, true);
  alike([...new Uint8Array(seen[1])], [2, 3]);
  same(seen[2], "7");
  same(seen[3], "lone \ufffd");
});

test("what is sent is a copy", async () => {
  const [a, b] = makePair();
  const bytes = new Uint8Array([1]);
  const came = next(b, "message");
  a.send(bytes);
  bytes[0] = 2;
  alike([...new Uint8Array((await came).data)], [1]);
});

test("what comes before accept() waits for it", async () => {
  const [a, b] = Object.values(new WebSocketPair());
  a.accept();
  a.send("early");
  await new Promise((resolve) => setTimeout(resolve, 5));
  const came = next(b, "message");
  b.accept();
  same((await came).data, "early");
});

test("close() is answered by the other end", async () => {
  const [a, b] = makePair();
  same(a.readyState, WebSocket.OPEN);
  const atB = next(b, "close"), atA = next(a, "close");
  a.close(4001, "enough");
  same(a.readyState, WebSocket.CLOSING);
  const event = await atB;
  same(event instanceof CloseEvent, true);
  same(event.code, 4001);
  same(event.reason, "enough");
  same(event.wasClean, true);
  same(b.readyState, WebSocket.CLOSED);
  same((await atA).code, 4001);
  same(a.readyState, WebSocket.CLOSED);
  a.close();
  b.send("ignored");
});

test("a close without a code is 1005", async () => {
  const [a, b] = makePair();
  const closed = next(b, "close");
  a.close();
  same((await closed).code, 1005);
});

test("wrong calls say what is wrong", () => {
  const [a, b] = Object.values(new WebSocketPair());
  throws(TypeError, () => a.send("x"));
  throws(TypeError, () => a.close());
  a.accept();
  a.accept();
  for (const code of [999, 1005, 1006, 1015, 2000, 5000, NaN]) throws(TypeError, () => a.close(code));
  throws(TypeError, () => a.close(undefined, "a reason"));
  throws("SyntaxError", () => a.close(1000, "ä".repeat(62)));
  throws(TypeError, () => a.send(new Blob(["x"])));
  throws(TypeError, () => new WebSocket("wss://example.com"));
  a.close(1000, "ä".repeat(61));
  throws(TypeError, () => a.send("x"));
  same(b.readyState, WebSocket.OPEN);
});

test("binaryType", async () => {
  const [a, b] = makePair();
  same(b.binaryType, "arraybuffer");
  b.binaryType = "nothing";
  same(b.binaryType, "arraybuffer");
  b.binaryType = "blob";
  const came = next(b, "message");
  a.send(new Uint8Array([65, 66]));
  const { data } = await came;
  same(data instanceof Blob, true);
  same(await data.text(), "AB");
});

test("handlers, constants, classes", async () => {
  const pair = new WebSocketPair();
  const [a, b] = pair;
  same(a, pair[0]);
  same(b, pair[1]);
  alike([WebSocket.CONNECTING, WebSocket.OPEN, WebSocket.CLOSING, WebSocket.CLOSED], [0, 1, 2, 3]);
  same(Object.prototype.toString.call(a), "[object WebSocket]");
  a.accept();
  b.accept();
  const came = new Promise((resolve) => { b.onmessage = (event) => resolve(event.data); });
  a.send("x");
  same(await came, "x");
  same(a.bufferedAmount, 0);
  throws("DataCloneError", () => structuredClone(a));
  const event = new CloseEvent("close", { code: 1000, reason: "r", wasClean: true });
  alike([event.code, event.reason, event.wasClean], [1000, "r", true]);
});

test("a Response with a webSocket", () => {
  const [client, server] = Object.values(new WebSocketPair());
  const response = new Response(null, { status: 101, webSocket: client });
  same(response.status, 101);
  same(response.webSocket, client);
  same(new Response("").webSocket, null);
  throws(TypeError, () => response.clone());
  throws(RangeError, () => new Response(null, { status: 101 }));
  throws(RangeError, () => new Response(null, { webSocket: client }));
  throws(TypeError, () => new Response(null, { status: 101, webSocket: {} }));
  throws(TypeError, () => new Response("body", { status: 101, webSocket: server }));
});
