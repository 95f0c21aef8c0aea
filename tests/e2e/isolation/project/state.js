let seen = 0;
globalThis.counter ??= 0;

export default {
  fetch() {
    seen += 1;
    globalThis.counter += 1;
    Array.prototype.extra = (Array.prototype.extra ?? 0) + 1;
    const all = [seen, globalThis.counter, Array.prototype.extra];
    return new Response(String(Math.max(...all)));
  },
};
