// What packages made for Node expect as globals. Each is in a bundle only where it is named.
export { Buffer } from "./buffer.js";
export { process } from "./process.js";
export { setImmediate, clearImmediate } from "./timers.js";
