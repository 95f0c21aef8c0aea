const bytes = (...values) => new Uint8Array(values);
const hex = (data) => [...data].map((b) => b.toString(16).padStart(2, "0")).join(" ");
const decode = (data, label, options) => new TextDecoder(label, options).decode(data);

test("encode", () => {
  const e = new TextEncoder();
  same(e.encoding, "utf-8");
  same(hex(e.encode("a\u00e9\u20ac\u{1f600}")), "61 c3 a9 e2 82 ac f0 9f 98 80");
  same(hex(e.encode("\ud800x\udc00")), "ef bf bd 78 ef bf bd");
  same(e.encode().length, 0);
  same(e.encode(undefined).length, 0);
  same(hex(e.encode(null)), "6e 75 6c 6c");
  assert(e.encode("x") instanceof Uint8Array);
  same(e.encode("x".repeat(100000) + "\u00e9").length, 100002);
});

test("encodeInto writes whole sequences", () => {
  const e = new TextEncoder();
  const target = new Uint8Array(5);
  alike(e.encodeInto("a\u20ac\u{1f600}", target), { read: 2, written: 4 });
  same(hex(target), "61 e2 82 ac 00");
  alike(e.encodeInto("\u{1f600}x", new Uint8Array(4)), { read: 2, written: 4 });
  alike(e.encodeInto("\u{1f600}x", new Uint8Array(3)), { read: 0, written: 0 });
  alike(e.encodeInto("", new Uint8Array(3)), { read: 0, written: 0 });
  alike(e.encodeInto("\ud800", new Uint8Array(3)), { read: 1, written: 3 });
  const view = new Uint8Array(new ArrayBuffer(8), 2, 3);
  e.encodeInto("abcdef", view);
  same(hex(new Uint8Array(view.buffer)), "00 00 61 62 63 00 00 00");
  throws(TypeError, () => e.encodeInto("x", new Uint16Array(3)), "Uint8Array");
  throws(TypeError, () => e.encodeInto("x", [1]), "Uint8Array");
  throws(TypeError, () => e.encodeInto("x"));
});

test("decode utf-8", () => {
  same(decode(bytes(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80)), "a\u00e9\u20ac\u{1f600}");
  same(decode(bytes(0xef, 0xbb, 0xbf, 0x61)), "a");
  same(decode(bytes(0xef, 0xbb, 0xbf, 0x61), "utf-8", { ignoreBOM: true }), "\ufeffa");
  same(decode(bytes(0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf)), "\ufeff");
  same(decode(new ArrayBuffer(0)), "");
  same(new TextDecoder().decode(), "");
  same(decode(new DataView(bytes(0x78, 0x61, 0x62).buffer, 1, 1)), "a");
  same(decode(new Uint16Array([0x6261])), "ab");
  same(decode(new TextEncoder().encode("x".repeat(1000) + "\u00e9" + "y".repeat(1000))).length, 2001);
});

test("each ill-formed part is one U+FFFD", () => {
  const cases = [
    [[0x80], "\ufffd"], [[0xc0, 0x80], "\ufffd\ufffd"], [[0xc3], "\ufffd"], [[0xe2, 0x82], "\ufffd"],
    [[0xe2, 0x82, 0x41], "\ufffdA"], [[0xf0, 0x9f, 0x98], "\ufffd"], [[0xf0, 0x80, 0x80, 0x80], "\ufffd\ufffd\ufffd\ufffd"],
    [[0xed, 0xa0, 0x80], "\ufffd\ufffd\ufffd"], [[0xf4, 0x90, 0x80, 0x80], "\ufffd\ufffd\ufffd\ufffd"],
    [[0xff, 0x41], "\ufffdA"], [[0xf0, 0x9f, 0x41, 0x98], "\ufffdA\ufffd"], [[0xf5], "\ufffd"], [[0xe0, 0x9f], "\ufffd\ufffd"],
  ];
  for (const [data, text] of cases) {
    same(decode(bytes(...data)), text, hex(data));
    throws(TypeError, () => decode(bytes(...data), "utf-8", { fatal: true }), "not valid for encoding utf-8", hex(data));
  }
});

test("streaming keeps what is unfinished", () => {
  const all = bytes(0xef, 0xbb, 0xbf, 0x61, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0x62);
  for (let size = 1; size <= all.length; size++) {
    const d = new TextDecoder();
    let text = "";
    for (let i = 0; i < all.length; i += size) text += d.decode(all.subarray(i, i + size), { stream: true });
    same(text + d.decode(), "a\u20ac\u{1f600}b", `pieces of ${size}`);
  }
  const d = new TextDecoder();
  same(d.decode(bytes(0xe2, 0x82), { stream: true }), "");
  same(d.decode(), "\ufffd");
  same(d.decode(bytes(0x61)), "a");
  const f = new TextDecoder("utf-8", { fatal: true });
  same(f.decode(bytes(0xe2), { stream: true }), "");
  throws(TypeError, () => f.decode(bytes(0x41), { stream: true }));
  same(f.decode(bytes(0x41)), "A");
});

test("utf-16", () => {
  same(decode(bytes(0x61, 0, 0x3d, 0xd8, 0, 0xde), "utf-16"), "a\u{1f600}");
  same(decode(bytes(0, 0x61, 0xd8, 0x3d, 0xde, 0), "utf-16be"), "a\u{1f600}");
  same(decode(bytes(0xff, 0xfe, 0x61, 0), "utf-16le"), "a");
  same(decode(bytes(0xff, 0xfe, 0x61, 0), "utf-16le", { ignoreBOM: true }), "\ufeffa");
  same(decode(bytes(0, 0xd8, 0x61, 0), "utf-16le"), "\ufffda");
  same(decode(bytes(0x61, 0, 0x62), "utf-16le"), "a\ufffd");
  same(decode(bytes(0, 0xd8, 0x62), "utf-16le"), "\ufffd");
  throws(TypeError, () => decode(bytes(0, 0xdc), "utf-16le", { fatal: true }), "utf-16le");
  const d = new TextDecoder("utf-16le");
  let text = "";
  for (const b of [0xff, 0xfe, 0x3d, 0xd8, 0, 0xde, 0x61]) text += d.decode(bytes(b), { stream: true });
  same(text + d.decode(), "\u{1f600}\ufffd");
});

test("windows-1252", () => {
  same(decode(bytes(0x80, 0x81, 0x9f, 0xa0, 0xe9, 0x41), "latin1"), "\u20ac\u0081\u0178\u00a0\u00e9A");
  same(decode(bytes(0x41), "ascii", { fatal: true }), "A");
});

test("labels", () => {
  for (const [label, name] of [["UTF8", "utf-8"], [" unicode-1-1-utf-8\n", "utf-8"], ["Latin1", "windows-1252"],
    ["iso-8859-1", "windows-1252"], ["us-ascii", "windows-1252"], ["ucs-2", "utf-16le"], ["unicodefffe", "utf-16be"]]) {
    same(new TextDecoder(label).encoding, name, label);
  }
  for (const label of ["replacement", "", "utf-", "utf-8x", "utf-8\0", "\u00e9"]) {
    throws(RangeError, () => new TextDecoder(label), "", label);
  }
  same(new TextDecoder("Shift-JIS").encoding, "shift_jis");
  same(new TextDecoder("koi8-r").decode(new Uint8Array([0xf0, 0xd2])), "Пр");
  const d = new TextDecoder("utf8", { fatal: 1, ignoreBOM: "yes" });
  alike([d.encoding, d.fatal, d.ignoreBOM], ["utf-8", true, true]);
  throws(TypeError, () => new TextDecoder("utf-8", 5));
  throws(TypeError, () => d.decode("text"), "ArrayBuffer");
});

test("a detached buffer shows nothing", () => {
  const data = bytes(1, 2, 3);
  structuredClone(data.buffer, { transfer: [data.buffer] });
  same(new TextDecoder().decode(data), "");
});

test("atob and btoa", () => {
  same(btoa("hello"), "aGVsbG8=");
  same(atob(" aGVs\nbG8 "), "hello");
  same(btoa("\xff\x00"), "/wA=");
  same(atob("/wA="), "\xff\x00");
  same(atob(""), "");
  same(btoa(undefined), "dW5kZWZpbmVk");
  for (const text of ["a", "ab=", "abc=d", "a===", "\u0100", "ab-_", "===="]) {
    throws("InvalidCharacterError", () => atob(text), "", text);
  }
  throws("InvalidCharacterError", () => btoa("\u0100"));
  throws(TypeError, () => atob());
  throws(TypeError, () => btoa());
  same(atob.length, 1);
  same(btoa.name, "btoa");
});

test("shape of the interfaces", () => {
  same(Object.prototype.toString.call(new TextEncoder()), "[object TextEncoder]");
  same(Object.prototype.toString.call(new TextDecoder()), "[object TextDecoder]");
  throws(TypeError, () => TextEncoder.prototype.encode.call({}, "x"), "Illegal invocation");
  throws(TypeError, () => TextDecoder.prototype.decode.call(new TextEncoder()), "Illegal invocation");
  throws(TypeError, () => TextEncoder());
  assert(Object.getOwnPropertyDescriptor(TextDecoder.prototype, "fatal").enumerable);
});

test("a detached view has no bytes, a shared one is only for the text codecs", () => {
  const view = new Uint8Array(8);
  structuredClone(view, { transfer: [view.buffer] });
  same(new TextDecoder().decode(view), "");
  same(new Blob([view]).size, 0);
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const shared = new Uint8Array(buffer, 0, 2);
  same(new TextEncoder().encodeInto("hi", shared).written, 2);
  same(new TextDecoder().decode(shared), "hi");
  throws(TypeError, () => new Blob([shared]));
});
