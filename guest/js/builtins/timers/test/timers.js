test("setTimeout calls with its arguments, later", async () => {
  const seen = [];
  await new Promise((resolve) => {
    const id = setTimeout(function (...rest) { seen.push(rest, this === globalThis); resolve(); }, 1, "a", "b");
    seen.push(typeof id, id > 0);
  });
  alike(seen, ["number", true, ["a", "b"], true]);
});

test("timers fire in the order of their time", async () => {
  const seen = [];
  await new Promise((resolve) => {
    setTimeout(() => { seen.push("late"); resolve(); }, 30);
    setTimeout(() => seen.push("early"), 10);
    setTimeout(() => seen.push("now"));
    queueMicrotask(() => seen.push("microtask"));
  });
  alike(seen, ["microtask", "now", "early", "late"]);
});

test("clearTimeout", async () => {
  let called = false;
  const id = setTimeout(() => { called = true; }, 1);
  clearTimeout(id);
  clearTimeout(id);
  clearTimeout();
  clearTimeout(undefined);
  clearTimeout(123456);
  await scheduler.wait(5);
  same(called, false);
});

test("setInterval goes on until it is cleared, also by itself", async () => {
  let count = 0;
  await new Promise((resolve) => {
    const id = setInterval((step) => {
      count += step;
      if (count === 3) {
        clearInterval(id);
        resolve();
      }
    }, 1, 1);
  });
  await scheduler.wait(10);
  same(count, 3);
  let others = 0;
  const other = setInterval(() => others++, 2);
  await scheduler.wait(9);
  clearTimeout(other);
  assert(others >= 3, `${others}`);
});

test("strange delays are none", async () => {
  const seen = [];
  for (const delay of [-5, NaN, "x", undefined, null, 2 ** 32]) setTimeout(() => seen.push(`${delay}`), delay);
  await scheduler.wait(1);
  same(seen.length, 6);
});

test("handlers must be functions", () => {
  throws(TypeError, () => setTimeout("alert(1)"), "code as a string is not supported");
  throws(TypeError, () => setInterval({}), "must be a function");
  throws(TypeError, () => setTimeout(), "1 argument required");
});

test("scheduler.wait", async () => {
  same(await scheduler.wait(1), undefined);
  const c = new AbortController();
  const waiting = scheduler.wait(100000, { signal: c.signal });
  c.abort("enough");
  let reason;
  await waiting.catch((e) => { reason = e; });
  same(reason, "enough");
  await rejects("AbortError", scheduler.wait(1, { signal: AbortSignal.abort() }));
  await rejects(TypeError, scheduler.wait(1, { signal: {} }), "AbortSignal");
});

test("shape", () => {
  same(setTimeout.length, 1);
  same(setTimeout.name, "setTimeout");
  same(Object.getOwnPropertyDescriptor(globalThis, "setTimeout").enumerable, false);
});
