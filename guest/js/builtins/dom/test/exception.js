test("DOMException", () => {
  const e = new DOMException("m", "NotFoundError");
  alike([e.name, e.message, e.code], ["NotFoundError", "m", 8]);
  assert(e instanceof Error && typeof e.stack === "string");
  same(Object.prototype.toString.call(e), "[object DOMException]");
  same(new DOMException().name, "Error");
  same(new DOMException("x", "Unknown").code, 0);
  same(DOMException.ABORT_ERR, 20);
  same(`${e}`, "NotFoundError: m");
  throws(TypeError, () => Object.getOwnPropertyDescriptor(DOMException.prototype, "code").get.call({}));
});

test("queueMicrotask", async () => {
  const seen = [];
  queueMicrotask(() => seen.push("micro"));
  Promise.resolve().then(() => seen.push("promise"));
  seen.push("now");
  await scheduler.wait(0);
  alike(seen, ["now", "micro", "promise"]);
  throws(TypeError, () => queueMicrotask(1));
});
