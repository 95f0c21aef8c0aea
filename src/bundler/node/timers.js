// https://nodejs.org/api/timers.html
const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;

export const setImmediate = (callback, ...rest) => setTimeout(callback, 0, ...rest);
export const clearImmediate = (id) => clearTimeout(id);
export { setTimeout, setInterval, clearTimeout, clearInterval };
export default { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };
