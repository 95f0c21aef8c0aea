// The context that AsyncLocalStorage keeps goes on with all that is started in it.
import runtime from "wws:node";

const { context, enter } = runtime;
const within = (value, call) => {
  const before = enter(value);
  try {
    return call();
  } finally {
    enter(before);
  }
};
const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("it is nothing at first, and what is entered gives what was before", () => {
  same(context(), undefined);
  same(enter("a"), undefined);
  same(enter(undefined), "a");
});

test("promises carry it", async () => {
  const seen = [];
  const note = () => seen.push(context());
  const resolved = Promise.resolve();
  const gated = Promise.withResolvers();
  const done = within("a", () => Promise.all([
    resolved.then(note),
    gated.promise.then(note),
    Promise.reject(new Error("x")).catch(note),
    Promise.resolve().finally(note),
    (async () => {
      await null;
      note();
      await later(1);
      note();
    })(),
  ]));
  within("b", () => gated.resolve());
  await done;
  alike(seen, ["a", "a", "a", "a", "a", "a"]);
  same(context(), undefined);
});

test("generators carry it", async () => {
  const seen = [];
  const count = async function* () {
    for (let i = 0; i < 2; ++i) {
      await null;
      seen.push(context());
      yield i;
    }
  };
  await within("a", async () => {
    for await (const _ of count()) seen.push(context());
  });
  alike(seen, ["a", "a", "a", "a"]);
});

test("timers and microtasks carry it", async () => {
  const seen = [];
  await within("a", () => new Promise((resolve) => {
    queueMicrotask(() => seen.push(context()));
    let left = 2;
    const id = setInterval(() => {
      seen.push(context());
      if (--left === 0) clearInterval(id);
    }, 1);
    setTimeout(() => resolve(), 20);
  }));
  alike(seen, ["a", "a", "a"]);
});

test("one that throws leaves it", async () => {
  try {
    await within("a", () => Promise.resolve().then(() => { throw new Error("x"); }));
  } catch {}
  same(context(), undefined);
});

test("digests are the host's", () => {
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const abc = new TextEncoder().encode("abc");
  same(hex(runtime.digest("sha1", abc)), "a9993e364706816aba3e25717850c26c9cd0d89d");
  same(runtime.hmac("sha512", abc, abc).length, 64);
});
