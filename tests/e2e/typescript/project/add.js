import add from "./_add.wasm";
import again from "./_add.wasm?module";
import bytes from "./_add.wasm?bytes";
import other from "./data.bin";

const required = require("./_add.wasm");
const { exports } = new WebAssembly.Instance(add);

export default {
  fetch: () => Response.json({
    modules: [add, again, required].map((module) => module instanceof WebAssembly.Module),
    exports: WebAssembly.Module.exports(add),
    sum: exports.add(20, 22),
    bytes: [bytes.constructor.name, bytes.length],
    other: [other.constructor.name, other.length],
  }),
};
