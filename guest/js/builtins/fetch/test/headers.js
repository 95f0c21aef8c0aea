test("names are case-insensitive and values are trimmed", () => {
  const headers = new Headers({ "X-One": " 1\t" });
  same(headers.get("x-one"), "1");
  same(headers.has("X-ONE"), true);
  headers.set("x-oNe", 2);
  same(headers.get("X-One"), "2");
  headers.delete("X-ONE");
  same(headers.get("x-one"), null);
});

test("append joins, set replaces all", () => {
  const headers = new Headers([["a", "1"], ["A", ""], ["a", "3"]]);
  same(headers.get("a"), "1, , 3");
  headers.append("b", "x");
  headers.set("a", "only");
  alike([...headers], [["a", "only"], ["b", "x"]]);
});

test("iteration is sorted, combined, and keeps cookies apart", () => {
  const headers = new Headers();
  for (const [n, v] of [["b", "1"], ["Set-Cookie", "x=1"], ["a", "2"], ["set-cookie", "y=2"], ["B", "3"]]) headers.append(n, v);
  alike([...headers], [["a", "2"], ["b", "1, 3"], ["set-cookie", "x=1"], ["set-cookie", "y=2"]]);
  alike([...headers.keys()], ["a", "b", "set-cookie", "set-cookie"]);
  alike([...headers.values()], ["2", "1, 3", "x=1", "y=2"]);
  alike(headers.getSetCookie(), ["x=1", "y=2"]);
  const seen = [];
  headers.forEach(function (value, name, all) { seen.push([name, value, all === headers, this.x]); }, { x: 7 });
  alike(seen[0], ["a", "2", true, 7]);
  same(Object.prototype.toString.call(headers.entries()), "[object Headers Iterator]");
  same(headers.entries()[Symbol.iterator]().next().done, false);
});

test("an iterator sees changes", () => {
  const headers = new Headers({ a: "1", c: "3" });
  const seen = [];
  for (const [name] of headers) {
    seen.push(name);
    if (name === "a") { headers.append("b", "2"); headers.delete("c"); headers.append("d", "4"); }
  }
  alike(seen, ["a", "b", "d"]);
});

test("is made from records, lists, iterables and Headers", () => {
  same(new Headers(new Headers({ a: "1" })).get("a"), "1");
  same(new Headers(new Map([["m", "2"]])).get("m"), "2");
  same(new Headers((function* () { yield ["g", "3"]; })()).get("g"), "3");
  same([...new Headers(undefined)].length, 0);
  throws(TypeError, () => new Headers(null));
  throws(TypeError, () => new Headers("text"));
  throws(TypeError, () => new Headers([["only"]]));
  throws(TypeError, () => new Headers([["a", "b", "c"]]));
  throws(TypeError, () => new Headers([1]));
});

test("refuses what cannot be a header", () => {
  const headers = new Headers();
  for (const name of ["", "a b", "a:b", "ä", "a\n", "(x)", "\u4e2d"]) throws(TypeError, () => headers.set(name, "x"), undefined, name);
  for (const value of ["a\nb", "a\0b", "a\rb", "\u0100"]) throws(TypeError, () => headers.set("x", value), undefined, value);
  throws(TypeError, () => headers.set("x"));
  throws(TypeError, () => headers.get());
  throws(TypeError, () => headers.set("x", Symbol()));
  throws(TypeError, () => Headers());
  throws(TypeError, () => Headers.prototype.get.call({}, "a"));
  headers.set("x", "\xff");
  same(headers.get("x"), "\xff");
});

test("a getter that throws stops the filling", () => {
  throws(RangeError, () => new Headers({ get a() { throw new RangeError("x"); } }));
});

test("stands as an object of its names in JSON", () => {
  same(JSON.stringify(new Headers({ B: "1", a: "2" })), '{"b":"1","a":"2"}');
});

test("keeps its shape under subclasses", () => {
  class Mine extends Headers { twice(n) { return this.get(n) + this.get(n); } }
  const mine = new Mine({ a: "1" });
  same(mine.twice("a"), "11");
  assert(mine instanceof Headers);
});

test("takes many headers", () => {
  const headers = new Headers();
  for (let i = 0; i < 3000; ++i) headers.append(`n${i}`, "v".repeat(i % 50));
  same([...headers].length, 3000);
  for (let i = 0; i < 3000; i += 2) headers.delete(`n${i}`);
  same([...headers].length, 1500);
  same(headers.get("n49").length, 49);
});
