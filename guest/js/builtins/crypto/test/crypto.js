test("getRandomValues fills and returns its array", () => {
  const a = new Uint8Array(64);
  same(crypto.getRandomValues(a), a);
  assert(a.some((b) => b !== 0));
  const b = crypto.getRandomValues(new Uint8Array(64));
  assert(a.some((value, i) => value !== b[i]));
  const view = new Uint8Array(new ArrayBuffer(40), 10, 20);
  crypto.getRandomValues(view);
  const whole = new Uint8Array(view.buffer);
  assert(whole.subarray(0, 10).every((x) => x === 0) && whole.subarray(30).every((x) => x === 0));
  assert(view.some((x) => x !== 0));
  for (const type of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array]) {
    assert(crypto.getRandomValues(new type(16)).some((x) => x != 0), type.name);
  }
  crypto.getRandomValues(new Uint8Array(0));
  crypto.getRandomValues(new Uint8Array(65536));
});

test("what getRandomValues refuses", () => {
  throws("QuotaExceededError", () => crypto.getRandomValues(new Uint8Array(65537)), "65537 bytes");
  throws("QuotaExceededError", () => crypto.getRandomValues(new Uint32Array(16385)));
  throws("TypeMismatchError", () => crypto.getRandomValues(new Float32Array(1)));
  throws("TypeMismatchError", () => crypto.getRandomValues(new Float64Array(1)));
  throws("TypeMismatchError", () => crypto.getRandomValues(new DataView(new ArrayBuffer(4))));
  throws(TypeError, () => crypto.getRandomValues([1]));
  throws(TypeError, () => crypto.getRandomValues(new ArrayBuffer(4)));
  throws(TypeError, () => crypto.getRandomValues());
});

test("randomUUID is of version 4", () => {
  const seen = new Set();
  for (let i = 0; i < 50; i++) {
    const id = crypto.randomUUID();
    assert(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), id);
    seen.add(id);
  }
  same(seen.size, 50);
});

test("shape", () => {
  same(Object.prototype.toString.call(crypto), "[object Crypto]");
  throws(TypeError, () => new Crypto(), "Illegal constructor");
  throws(TypeError, () => Crypto.prototype.randomUUID.call({}), "Illegal invocation");
  assert(crypto instanceof Crypto);
});
