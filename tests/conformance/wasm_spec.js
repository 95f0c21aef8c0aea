// What a .wast file of WebAssembly's own test suite says, step by step; wasm_spec.py writes `commands` before.
// https://github.com/WebAssembly/spec/tree/main/interpreter#scripts
const print = () => undefined;
const registered = {
  spectest: {
    print, print_i32: print, print_i64: print, print_f32: print, print_f64: print, print_i32_f32: print, print_f64_f64: print,
    global_i32: 666, global_i64: 666n, global_f32: 666.6, global_f64: 666.6,
    table: new WebAssembly.Table({ element: "anyfunc", initial: 10, maximum: 20 }),
    memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }),
  },
};
const named = {};
let current;

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const instantiate = ({ hex }) => new WebAssembly.Instance(new WebAssembly.Module(bytesOf(hex)), registered).exports;

const view = new DataView(new ArrayBuffer(8));
const externs = new Map();
const externOf = (value) => {
  if (!externs.has(value)) externs.set(value, { value });
  return externs.get(value);
};
const toValue = ({ type, value }) => {
  switch (type) {
    case "i32": return Number(value) | 0;
    case "i64": return BigInt.asIntN(64, BigInt(value));
    case "f32": view.setUint32(0, Number(value)); return view.getFloat32(0);
    case "f64": view.setBigUint64(0, BigInt(value)); return view.getFloat64(0);
    default: return value === "null" ? null : externOf(value);
  }
};
// The bits of a NaN do not pass through JavaScript.
const isNaNArgument = ({ type, value }) => /^f/.test(type) && Number.isNaN(toValue({ type, value }));
const fits = (got, expected) => {
  const { type, value } = expected;
  if (/^f/.test(type) && /^nan/.test(value)) return Number.isNaN(got);
  if (type === "funcref" && value !== "null") return typeof got === "function";
  return value === undefined || Object.is(got, toValue(expected));
};

const act = ({ type, module, field, args }) => {
  const from = module === undefined ? current : named[module];
  return type === "get" ? from[field].value : from[field](...args.map(toValue));
};
const thrownBy = (body) => {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
};
const expect = (condition, text) => { if (!condition) throw new Error(text); };

const steps = {
  module(command) {
    current = instantiate(command);
    if (command.name !== undefined) named[command.name] = current;
  },
  register({ as, name }) { registered[as] = name === undefined ? current : named[name]; },
  action({ action }) { act(action); },
  assert_return({ action, expected }) {
    const returned = act(action);
    if ((action.args ?? []).some(isNaNArgument) && /reinterpret/.test(action.field)) return;
    const results = expected.length === 1 ? [returned] : returned;
    expect(expected.every((each, i) => fits(results[i], each)), `${action.field} gave ${String(results)}`);
  },
  assert_trap({ action, text }) {
    const error = thrownBy(() => act(action));
    expect(error instanceof WebAssembly.RuntimeError, `not a trap but ${error}`);
    expect(error.message.startsWith(text) || text.startsWith(error.message), `"${error.message}", not "${text}"`);
  },
  assert_exhaustion({ action }) { expect(thrownBy(() => act(action)) instanceof RangeError, "no RangeError"); },
  assert_invalid({ hex }) { expect(!WebAssembly.validate(bytesOf(hex)), "is valid"); },
  assert_malformed({ hex }) { expect(!WebAssembly.validate(bytesOf(hex)), "is well-formed"); },
  assert_unlinkable(command) {
    const error = thrownBy(() => instantiate(command));
    expect(error instanceof WebAssembly.LinkError || error instanceof TypeError, `linked, or ${error}`);
  },
  assert_uninstantiable(command) {
    expect(thrownBy(() => instantiate(command)) instanceof WebAssembly.RuntimeError, "came to life");
  },
};

test(name, () => {
  const failures = [];
  for (const command of commands) {
    const error = thrownBy(() => steps[command.type](command));
    if (error !== undefined) failures.push(`line ${command.line}: ${command.type} ${command.text ?? ""}: ${error.message}`);
  }
  if (failures.length > 0) throw new Error(`${failures.length} of ${commands.length}:\n${failures.slice(0, 20).join("\n")}`);
});
