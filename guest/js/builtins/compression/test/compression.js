const through = (bytes, stream) => new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer();

test("what is compressed is decompressed again", async () => {
  const text = new TextEncoder().encode("a text that repeats, ".repeat(10000));
  for (const format of ["gzip", "deflate", "deflate-raw", "brotli"]) {
    const packed = await through(text, new CompressionStream(format));
    assert(packed.byteLength < 4000, `${format}: ${packed.byteLength}`);
    same((await through(packed, new DecompressionStream(format))).byteLength, text.length);
  }
});

test("bad data are a TypeError", async () => {
  const packed = new Uint8Array(await through("hello", new CompressionStream("gzip")));
  const fails = (bytes) => through(bytes, new DecompressionStream("gzip")).then(() => "fine", (error) => error.name);
  same(await fails(packed), "fine");
  same(await fails(packed.subarray(0, -1)), "TypeError");
  same(await fails(new Blob([packed, "x"])), "TypeError");
  same(await fails("no gzip"), "TypeError");
  throws(TypeError, () => new CompressionStream("zip"));
});
