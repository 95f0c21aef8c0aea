const read = async (stream) => {
  const out = [];
  for await (const chunk of stream) out.push(chunk);
  return out;
};

test("a readable stream gives what its source enqueues", async () => {
  let n = 0;
  const stream = new ReadableStream({
    pull(c) {
      if (n === 3) c.close();
      else c.enqueue(n++);
    },
  });
  alike(await read(stream), [0, 1, 2]);
  assert(stream.locked === false);
});

test("cancel, errors and locks", async () => {
  let reason;
  const stream = new ReadableStream({ cancel(r) { reason = r; } });
  const reader = stream.getReader();
  assert(stream.locked);
  throws(TypeError, () => stream.getReader());
  await reader.cancel("enough");
  same(reason, "enough");
  const broken = new ReadableStream({ start(c) { c.error(new RangeError("broken")); } });
  await rejects(RangeError, broken.getReader().read(), "broken");
});

test("pipes and transforms", async () => {
  const upper = new TransformStream({ transform(chunk, c) { c.enqueue(chunk.toUpperCase()); } });
  alike(await read(ReadableStream.from(["a", "b"]).pipeThrough(upper)), ["A", "B"]);
  const sunk = [];
  await ReadableStream.from([1, 2]).pipeTo(new WritableStream({ write(c) { sunk.push(c); } }));
  alike(sunk, [1, 2]);
  const c = new AbortController();
  const endless = new ReadableStream({ pull(s) { s.enqueue(1); } });
  const piping = endless.pipeTo(new WritableStream({ write() { c.abort("stop"); } }), { signal: c.signal });
  let why;
  await piping.catch((e) => { why = e; });
  same(why, "stop");
});

test("tee and byte streams", async () => {
  const [a, b] = ReadableStream.from(["x", "y"]).tee();
  alike([await read(a), await read(b)], [["x", "y"], ["x", "y"]]);
  const bytes = new ReadableStream({ type: "bytes", pull(c) { c.enqueue(new Uint8Array([1, 2, 3, 4])); c.close(); } });
  const reader = bytes.getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(2));
  alike([...value], [1, 2]);
});

test("text streams", async () => {
  const bytes = await read(ReadableStream.from(["a\u20ac", "\ud83d", "\ude00", "\ud800"]).pipeThrough(new TextEncoderStream()));
  alike(bytes.flatMap((chunk) => [...chunk]), [0x61, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd]);
  const pieces = [[0xef, 0xbb], [0xbf, 0x61, 0xe2], [0x82], [0xac, 0xf0]].map((x) => new Uint8Array(x));
  same((await read(ReadableStream.from(pieces).pipeThrough(new TextDecoderStream()))).join(""), "a\u20ac\ufffd");
  const fatal = ReadableStream.from([new Uint8Array([0xff])]).pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
  await rejects(TypeError, read(fatal), "not valid");
  const d = new TextDecoderStream("latin1");
  alike([d.encoding, d.fatal, d.ignoreBOM], ["windows-1252", false, false]);
  same(new TextEncoderStream().encoding, "utf-8");
  throws(RangeError, () => new TextDecoderStream("no-such"));
});

test("a microtask of a stream is done before a timer", async () => {
  const seen = [];
  setTimeout(() => seen.push("timer"));
  await read(ReadableStream.from([1, 2, 3]));
  seen.push("stream");
  alike(seen, ["stream"]);
});

test("shape", () => {
  for (const name of ["ByteLengthQueuingStrategy", "CountQueuingStrategy", "ReadableByteStreamController", "ReadableStream",
    "ReadableStreamBYOBReader", "ReadableStreamBYOBRequest", "ReadableStreamDefaultController", "ReadableStreamDefaultReader",
    "TransformStream", "TransformStreamDefaultController", "WritableStream", "WritableStreamDefaultController",
    "WritableStreamDefaultWriter", "TextEncoderStream", "TextDecoderStream"]) {
    const d = Object.getOwnPropertyDescriptor(globalThis, name);
    assert(d && typeof d.value === "function" && !d.enumerable && d.configurable && d.writable, name);
    same(d.value.name, name);
  }
  same(Object.prototype.toString.call(new ReadableStream()), "[object ReadableStream]");
  throws(TypeError, () => Object.getOwnPropertyDescriptor(ReadableStream.prototype, "locked").get.call({}));
});
