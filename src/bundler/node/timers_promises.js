// https://nodejs.org/api/timers.html#timers-promises-api
export const setTimeout = (delay, value, { signal } = {}) =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(id);
      reject(signal.reason);
    };
    const id = globalThis.setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(value);
    }, delay);
    signal?.addEventListener("abort", stop, { once: true });
  });
export const setImmediate = (value, options) => setTimeout(0, value, options);
export async function* setInterval(delay, value, options) {
  for (;;) yield await setTimeout(delay, value, options);
}
export const scheduler = {
  wait: (delay, options) => setTimeout(delay, undefined, options),
  yield: () => setImmediate(),
};
export default { setTimeout, setImmediate, setInterval, scheduler };
