test("a message passes a channel as a copy, with what is transferred", async () => {
  const { port1, port2 } = new MessageChannel();
  const buffer = new ArrayBuffer(8);
  const received = new Promise((resolve) => { port2.onmessage = resolve; });
  const other = new MessageChannel();
  port1.postMessage({ a: [1], buffer, port: other.port2 }, [buffer, other.port2]);
  const event = await received;
  alike(event.data.a, [1]);
  same(event.data.buffer.byteLength, 8);
  same(buffer.byteLength, 0);
  same(event.ports[0], event.data.port);
  const reply = new Promise((resolve) => { other.port1.onmessage = resolve; });
  event.ports[0].postMessage("back");
  same((await reply).data, "back");
});

test("a port is not cloned", () => {
  const { port1 } = new MessageChannel();
  throws("DataCloneError", () => structuredClone(port1));
  throws("DataCloneError", () => port1.postMessage(0, [port1]));
});
