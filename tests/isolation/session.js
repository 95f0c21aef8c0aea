const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

const deeds = {
  get(key) { return new Response(String(Cache.get(key))); },
  set(key) { Cache.set(key, key); return new Response("stored"); },
  "set-then-throw"(key) { Cache.set(key, key); throw new Error("after storing"); },
  "set-then-large"(key) { Cache.set(key, key); return new Response("x".repeat(5000)); },
  "stream-and-set"(key) {
    const encoder = new TextEncoder();
    let step = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await sleep(1);
        if (step++ === 0) return controller.enqueue(encoder.encode("one"));
        Cache.set(key, key);
        controller.enqueue(encoder.encode("two"));
        controller.close();
      },
    }));
  },
  "stream-for-ever"() {
    return new Response(new ReadableStream({
      pull(controller) { controller.enqueue(new Uint8Array(100)); },
    }));
  },
  async length(_, request) { return new Response(String((await request.text()).length)); },
  flood() {
    for (let i = 0; i < 300; i++) {
      Promise.reject(new Error("z".repeat(10000)));
      console.log("y".repeat(10000));
    }
    return new Response("done");
  },
  async timers() {
    await Promise.all(Array.from({ length: 10500 }, () => sleep(60000)));
    return new Response("all");
  },
  async wait() { await sleep(60000); return new Response("late"); },
  "status-999"() { return new Response("x", { status: 999 }); },
};

export default {
  fetch(request) {
    const [, deed, argument] = new URL(request.url).pathname.split("/");
    return deeds[deed](argument, request);
  },
};
