test("now grows with the request and timeOrigin stands", async () => {
  const begin = performance.now();
  const origin = performance.timeOrigin;
  assert(begin >= 0);
  await scheduler.wait(20);
  const later = performance.now();
  assert(later - begin >= 20, `${later - begin}`);
  same(performance.timeOrigin, origin);
  alike(performance.toJSON(), { timeOrigin: origin });
  same(Object.prototype.toString.call(performance), "[object Performance]");
});

test("marks and measures are on the timeline", async () => {
  performance.mark("a", { startTime: 1, detail: { x: 1 } });
  performance.mark("b", { startTime: 4 });
  const measure = performance.measure("m", "a", "b");
  same(measure.duration, 3);
  alike(performance.getEntriesByType("mark").map(({ name }) => name), ["a", "b"]);
  const seen = new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries())).observe({ entryTypes: ["mark"] }));
  performance.mark("c");
  same((await seen)[0].name, "c");
  performance.clearMarks();
  performance.clearMeasures();
  same(performance.getEntries().length, 0);
  throws("SyntaxError", () => performance.measure("m", "none"));
});
