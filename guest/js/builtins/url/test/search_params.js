test("from text", () => {
  const p = new URLSearchParams("?a=b+c&d=%20%C3%A9&&e&=f&g=h=i");
  alike([...p], [["a", "b c"], ["d", " \u00e9"], ["e", ""], ["", "f"], ["g", "h=i"]]);
  same(p.size, 5);
  same(new URLSearchParams("??a=1").get("?a"), "1");
  same(new URLSearchParams("a=%zz%4").get("a"), "%zz%4");
  same(new URLSearchParams("a=%FF%c3").get("a"), "\ufffd\ufffd");
  same(new URLSearchParams("id=%EF%BB%BFx").get("id"), "\ufeffx");
  same(new URLSearchParams(null).toString(), "null=");
  same(new URLSearchParams(undefined).size, 0);
});

test("from pairs, records and other parameters", () => {
  same(new URLSearchParams([["a", 1], ["b", 2]]).toString(), "a=1&b=2");
  same(new URLSearchParams({ a: 1, b: "x y" }).toString(), "a=1&b=x+y");
  same(new URLSearchParams(new Map([["k", "v"]])).toString(), "k=v");
  same(new URLSearchParams(new URLSearchParams("x=1&x=2")).toString(), "x=1&x=2");
  same(new URLSearchParams(function* () { yield ["g", "h"]; }()).toString(), "g=h");
  alike([...new URLSearchParams({ "\uD835x": "1", xx: "2", "\uD83Dx": "3" })], [["\ufffdx", "3"], ["xx", "2"]]);
  same(new URLSearchParams(Object.assign(() => {}, { f: 1 })).toString(), "f=1");
  const own = new URLSearchParams();
  own[Symbol.iterator] = function* () { yield ["a", "b"]; };
  same(new URLSearchParams(own).get("a"), "b");
  assert(new URLSearchParams(DOMException).toString().startsWith("INDEX_SIZE_ERR=1&"));
  throws(TypeError, () => new URLSearchParams(DOMException.prototype));
  throws(TypeError, () => new URLSearchParams([["a"]]), "pair");
  throws(TypeError, () => new URLSearchParams([["a", "b", "c"]]), "pair");
  throws(TypeError, () => new URLSearchParams([1]), "pair");
  throws(TypeError, () => new URLSearchParams({ [Symbol.iterator]: 1 }));
  throws(TypeError, () => new URLSearchParams({ [Symbol("s")]: 1 }), "symbol");
  throws(TypeError, () => new URLSearchParams([[Symbol("s"), "x"]]));
});

test("reading", () => {
  const p = new URLSearchParams("a=1&b=2&a=3");
  same(p.get("a"), "1");
  same(p.get("x"), null);
  alike(p.getAll("a"), ["1", "3"]);
  alike(p.getAll("x"), []);
  assert(p.has("b"));
  assert(p.has("a", "3"));
  assert(!p.has("a", "2"));
  assert(p.has("a", undefined));
  throws(TypeError, () => p.get(), "1 argument required");
});

test("writing", () => {
  const p = new URLSearchParams("a=1&b=2&a=3&a=4");
  p.set("a", "5");
  same(p.toString(), "a=5&b=2");
  p.set("c", "6");
  p.append("b", "7");
  p.delete("b", "2");
  same(p.toString(), "a=5&c=6&b=7");
  p.delete("a");
  same(p.toString(), "c=6&b=7");
  p.append("s", "\ud800");
  same(p.get("s"), "\ufffd");
  throws(TypeError, () => p.append("one"), "2 arguments required");
});

test("serialisation escapes all but a few", () => {
  same(new URLSearchParams([["*-._~!'()", "a+b&c=d%/?"]]).toString(),
    "*-._%7E%21%27%28%29=a%2Bb%26c%3Dd%25%2F%3F");
  same(new URLSearchParams([["\u{1f600}", "\u00e9"]]).toString(), "%F0%9F%98%80=%C3%A9");
  same(new URLSearchParams().toString(), "");
});

test("sort is stable and by code units", () => {
  const p = new URLSearchParams("z=b&a=b&z=a&a=a");
  p.sort();
  same(p.toString(), "a=b&a=a&z=b&z=a");
  const q = new URLSearchParams([["\ufb03", "1"], ["\u{1f308}", "2"], ["\u00e9", "3"], ["e", "4"], ["e\ufffd", "5"], ["", "6"]]);
  q.sort();
  alike([...q.values()], ["6", "4", "5", "3", "2", "1"]);
});

test("iterators", () => {
  const p = new URLSearchParams("a=1&b=2");
  alike([...p.keys()], ["a", "b"]);
  alike([...p.values()], ["1", "2"]);
  alike([...p.entries()], [["a", "1"], ["b", "2"]]);
  same(p[Symbol.iterator], p.entries);
  const seen = [];
  p.forEach(function (value, key, all) { seen.push([value, key, all === p, this.me]); }, { me: 7 });
  alike(seen, [["1", "a", true, 7], ["2", "b", true, 7]]);
  throws(TypeError, () => p.forEach(1), "not a function");
  const it = p.entries();
  same(Object.prototype.toString.call(it), "[object URLSearchParams Iterator]");
  same(it[Symbol.iterator](), it);
  throws(TypeError, () => it.next.call({}), "Illegal invocation");
});

test("iterators see changes under way", () => {
  const p = new URLSearchParams("a=1&b=2&c=3");
  const seen = [];
  for (const [key] of p) {
    seen.push(key);
    if (key === "a") p.delete("a");
  }
  alike(seen, ["a", "c"]);
  const u = new URL("http://x.test/?a=0&b=1");
  const names = [];
  for (const [key] of u.searchParams) {
    names.push(key);
    u.search = "x=1&y=2&z=3";
  }
  alike(names, ["a", "y", "z"]);
});

test("an argument that changes the list while it is read does no harm", () => {
  const p = new URLSearchParams("a=1&b=2");
  p.append("c", { toString() { p.delete("a"); p.delete("b"); return "3"; } });
  same(p.toString(), "c=3");
  p.forEach(() => p.delete("c"));
  same(p.size, 0);
});

test("shape of the interface", () => {
  same(URLSearchParams.length, 0);
  same(`${Object.prototype.toString.call(new URLSearchParams())}`, "[object URLSearchParams]");
  throws(TypeError, () => URLSearchParams.prototype.get.call(new URL("http://a"), "x"), "Illegal invocation");
  throws(TypeError, () => URLSearchParams("a=1"));
});
