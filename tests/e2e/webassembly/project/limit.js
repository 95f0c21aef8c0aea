// A loop without end in WebAssembly ends at the worker's limit as one in JavaScript does; so does a memory
// that grows.
const loop = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0,
  10, 9, 1, 7, 0, 3, 0x40, 0x0c, 0, 0x0b, 0x0b]);
addEventListener("fetch", (event) => event.respondWith((async () => {
  if (new URL(event.request.url).searchParams.has("memory")) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    let pages = 1;
    try {
      for (;;) pages += memory.grow(100) && 100;
    } catch (error) {
      return new Response(`${error.name} below ${pages < 4096}`);
    }
  }
  const { instance } = await WebAssembly.instantiate(loop);
  instance.exports.f();
  return new Response("never");
})()));
