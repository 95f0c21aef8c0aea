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
