// JSON without a replacer or reviver is written and read by json_unit.h, with one by QuickJS: both must agree.

const asWritten = (key, value) => value;

function outcome(run) {
  try {
    return run();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

function sameText(value, space) {
  const ours = outcome(() => JSON.stringify(value, undefined, space));
  same(ours, outcome(() => JSON.stringify(value, asWritten, space)));
  return ours;
}

function shape(value) {
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : `${typeof value} ${String(value)}`;
  const names = Object.getOwnPropertyNames(value).map((name) => {
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(value, name);
    return `${name} ${writable}${enumerable}${configurable} ${shape(value[name])}`;
  });
  return `${Array.isArray(value)} ${Object.getPrototypeOf(value) === (Array.isArray(value) ? Array : Object).prototype} {${names.join(", ")}}`;
}

function sameValue(text) {
  const ours = outcome(() => JSON.parse(text));
  same(shape(ours), shape(outcome(() => JSON.parse(text, asWritten))), text);
  return ours;
}

// A generator of its own, so that a failure can be had again.
let state = 12345;
const random = (below) => (state = (state * 1103515245 + 12345) % 2 ** 31) % below;

const pieces = ["", "a", "name", "seven77", "eight888", "nine 9999", "quote\"", "back\\slash", "\n\t\b\f\r", "\u0001\u001f\u000b", "\x7f",
  "é", "ÿ", "ÿ and a long tail of ASCII", "€", "日本", "😀", "\ud800", "\udc00x", "x\ud83d", "\u2028", "0", "12", "4294967295", "-1", "__proto__", "toString"];
const numbers = [0, -0, 1, -1, 9, 10, 1e15, 1e21, 1e-7, 0.1, 0.05, -0.005, 19.99, 1234.5678, 0.30000000000000004, 1 / 3, 2 ** 31, -(2 ** 31), 2 ** 53, 2 ** 53 + 2,
  123456789012345.6, 99999999999.9999, 5e-324, 1.7976931348623157e308, NaN, Infinity, -Infinity];

function randomText() {
  let text = "";
  for (let i = random(4); i >= 0; --i) text += pieces[random(pieces.length)];
  return text;
}

function randomNumber() {
  if (random(3) === 0) return numbers[random(numbers.length)];
  return (random(2) ? 1 : -1) * random(2 ** random(31)) / 10 ** random(7);
}

function randomValue(depth) {
  switch (random(depth > 0 ? 12 : 8)) {
    case 0: return null;
    case 1: return random(2) === 0;
    case 2: return undefined;
    case 3: return random(4) ? randomText() : [() => 1, Symbol("s"), new Date(random(2 ** 30)), Object("s"), Object(5), Object(false)][random(6)];
    case 4: case 5: return randomNumber();
    case 6: case 7: return randomText();
    case 8: case 9: return Array.from({ length: random(5) }, () => randomValue(depth - 1));
    default: {
      const object = {};
      for (let i = random(7); i > 0; --i) object[randomText()] = randomValue(depth - 1);
      if (random(5) === 0) delete object[Object.keys(object)[0]];
      if (random(9) === 0) object.toJSON = random(2) ? (key) => `as ${key}` : () => undefined;
      return object;
    }
  }
}

test("values made at random are written as QuickJS writes them, and read back", () => {
  for (let i = 0; i < 2000; ++i) {
    const value = randomValue(4);
    const text = sameText(value);
    sameText(value, ["", 1, 2, 12, "\t", "--", "a very long gap"][random(7)]);
    if (text !== undefined) sameValue(text);
  }
});

test("text made wrong at random is refused with the same words", () => {
  for (let i = 0; i < 3000; ++i) {
    const text = JSON.stringify(randomValue(3), undefined, random(3)) ?? "";
    const at = random(text.length + 1);
    const put = ['"', "\\", "{", "}", "[", "]", ",", ":", "0", ".", "e", "-", "+", " ", "\u0000", "\u0001", "t", "\\u00", "é", "\ud800", ""][random(21)];
    sameValue(text.slice(0, at) + put + text.slice(at + random(3)));
  }
});

test("numbers of every length", () => {
  for (const text of ["0", "-0", "-0.0", "00", "01", "-01", "1.", ".5", "1.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "-", "+1", "123456789012345", "1234567890123456",
    "999999999999999.9", "0.000000000000001", "1.7976931348623159e308", "1e400", "-1e400", "5e-324", "2147483647", "2147483648", "-2147483648", "9007199254740993"]) {
    sameValue(text);
    sameValue(`[${text}]`);
  }
  for (const number of numbers) sameText([number, { number }]);
});

test("objects that look alike, and then do not", () => {
  sameValue('[{"a":1,"b":2},{"a":3,"b":4},{"a":5},{"b":6,"a":7},{"a":8,"b":9,"c":10},{"a":1,"b":2,"a":3},{}, {"a":1,"bb":2}]');
  sameValue('[{"a":{"x":1}},{"a":{"x":{"a":2}}},{"a":{"y":1}}]');
  sameValue('[{"1":1,"0":2,"x":3},{"1":1,"0":2,"x":3}]');
  sameValue('[{"\\u0061":1},{"a":2},{"\\u0061":3}]');
  sameValue('[{"é":1},{"é":2},{"e":3}]');
  sameValue('[{"__proto__":1},{"__proto__":{"a":1}}]');
  sameValue('[{"a\\"b":1},{"a\\"b":2}]');
  sameValue('[{"a":1},{"a"b":2}]');
  sameValue('[{"":1},{"":2},{"":{"":3}}]');
  const made = JSON.parse('[{"a":1,"b":2},{"a":3,"b":4}]');
  made[0].c = 1;
  same(JSON.stringify(made), '[{"a":1,"b":2,"c":1},{"a":3,"b":4}]');
});

test("deep text", () => {
  sameValue("[".repeat(60) + "]".repeat(60));
  sameValue('{"a":'.repeat(60) + "1" + "}".repeat(60));
  sameValue(`[${Array.from({ length: 1000 }, (_, i) => `{"i":${i}}`)}]`);
  for (const open of ["[", '{"a":']) {
    same(outcome(() => JSON.parse(open.repeat(1e6))).startsWith("RangeError"), true);
  }
  let nested = [];
  for (let i = 0; i < 1e6; ++i) nested = [nested];
  same(outcome(() => JSON.stringify(nested)).startsWith("RangeError"), true);
});

test("what a script can see of the order", () => {
  const seen = [];
  const watched = (name, value) => ({ enumerable: true, configurable: true, get: () => (seen.push(name), value) });
  const object = Object.create({ inherited: 1 }, {
    b: watched("b", { toJSON: (key) => (seen.push(`toJSON ${key}`), 1) }),
    7: watched("7", 2),
    a: watched("a", [{ toJSON: (key) => (seen.push(`toJSON [${key}] ${typeof key}`), undefined) }]),
    hidden: { value: 3, enumerable: false },
    [Symbol("s")]: watched("symbol", 4),
  });
  same(JSON.stringify(object), '{"7":2,"b":1,"a":[null]}');
  same(seen.join(), "7,b,toJSON b,a,toJSON [0] string");
  const proxy = new Proxy({ x: 1, y: [1] }, {
    get: (target, name) => (seen.push(`get ${String(name)}`), target[name]),
    ownKeys: (target) => (seen.push("keys"), Reflect.ownKeys(target)),
  });
  seen.length = 0;
  same(JSON.stringify([proxy]), '[{"x":1,"y":[1]}]');
  same(seen.join(), "get toJSON,keys,get x,get y");
});

test("a script that changes what is being written", () => {
  const grows = { a: { toJSON() { grows.z = 1; delete grows.b; grows.c = 5; return 0; } }, b: 1, c: 2 };
  same(JSON.stringify(grows), '{"a":0,"c":5}');
  const turns = { a: { toJSON() { Object.defineProperty(turns, "b", { get: () => "got" }); return 0; } }, b: 1 };
  same(JSON.stringify(turns), '{"a":0,"b":"got"}');
  const list = [{ toJSON() { list.length = 1; return 0; } }, 1, 2];
  same(JSON.stringify(list), "[0,null,null]");
  const longer = [{ toJSON() { longer.push(9); return 0; } }, 1];
  same(JSON.stringify(longer), "[0,1]");
  const gone = { a: [{ toJSON() { delete gone.a; return [1]; } }, { b: 2 }] };
  same(JSON.stringify(gone), '{"a":[[1],{"b":2}]}');
});

test("cycles, BigInt, raw JSON", () => {
  const cycle = { a: [] };
  cycle.a.push({ cycle });
  sameText(cycle);
  const twice = {};
  same(JSON.stringify([twice, twice]), "[{},{}]");
  sameText(1n);
  sameText({ a: [1n] });
  BigInt.prototype.toJSON = function () { return `${this}n`; };
  same(JSON.stringify({ a: 1n }), '{"a":"1n"}');
  delete BigInt.prototype.toJSON;
  same(JSON.stringify({ raw: JSON.rawJSON("1e1000") }), '{"raw":1e1000}');
  Object.prototype.toJSON = () => "inherited";
  same(JSON.stringify({}), '"inherited"');
  delete Object.prototype.toJSON;
  same(JSON.stringify({}), "{}");
});

test("nothing to write", () => {
  for (const value of [undefined, () => 1, Symbol("s"), { toJSON: () => undefined }]) same(JSON.stringify(value), undefined);
  same(JSON.stringify({ a: undefined, b: () => 1, c: 1, d: Symbol("s") }), '{"c":1}');
  same(JSON.stringify([undefined, () => 1, Symbol("s")]), "[null,null,null]");
  same(JSON.stringify({ a: undefined }, null, 2), "{}");
  same(JSON.stringify([[], {}], null, 2), "[\n  [],\n  {}\n]");
});

test("objects of other kinds", () => {
  for (const value of [new Map([[1, 2]]), new Set([1]), new Uint8Array([1, 2]), new Error("message"), /a/, new Date(NaN), Object("text"), Object(1n),
    Object.assign([1, 2], { x: 3 }), Object.assign(Object.create(null), { a: 1 }), new (class { #p = 1; q = 2; })(), globalThis.Math, [, 1], arguments_of(1, "b")]) {
    sameText(value);
    sameText({ value });
  }
});

function arguments_of() {
  return arguments;
}
