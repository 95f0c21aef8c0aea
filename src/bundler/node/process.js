// https://nodejs.org/api/process.html, as far as it makes sense for a worker: its variables, and what
// packages ask before they do something that only Node has.
import runtime from "wws:node";

const nothing = () => process;
const refuse = (name) => () => {
  throw new Error(`process.${name} is not there: a worker is no process of its own`);
};

export const process = {
  title: "wws",
  browser: true, // as bundlers' stand-ins have it: packages take it for "not Node"
  // A copy: the variables themselves cannot be changed.
  env: { ...runtime.env },
  argv: [],
  execArgv: [],
  version: "",
  versions: {},
  platform: "wasi",
  arch: "wasm32",
  pid: 1,
  exitCode: undefined,
  release: {},
  config: {},
  features: {},
  cwd: () => "/",
  umask: () => 0,
  uptime: () => performance.now() / 1000,
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  nextTick: (callback, ...rest) => queueMicrotask(() => callback(...rest)),
  hrtime: Object.assign(
    (before = [0, 0]) => {
      const nanoseconds = BigInt(Math.round(performance.now() * 1e6)) - BigInt(before[0]) * 1000000000n - BigInt(before[1]);
      return [Number(nanoseconds / 1000000000n), Number(nanoseconds % 1000000000n)];
    },
    { bigint: () => BigInt(Math.round(performance.now() * 1e6)) },
  ),
  emitWarning: (warning) => console.warn(typeof warning === "string" ? warning : `${warning}`),
  on: nothing,
  addListener: nothing,
  once: nothing,
  off: nothing,
  removeListener: nothing,
  removeAllListeners: nothing,
  prependListener: nothing,
  prependOnceListener: nothing,
  emit: () => false,
  listeners: () => [],
  listenerCount: () => 0,
  binding: refuse("binding"),
  chdir: refuse("chdir"),
  exit: refuse("exit"),
  abort: refuse("abort"),
  kill: refuse("kill"),
};

export const { env, nextTick, argv, platform, version, versions, cwd, hrtime } = process;
export default process;
