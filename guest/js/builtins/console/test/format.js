addEventListener("fetch", (event) => {
  const f = cases[new URL(event.request.url).pathname.slice(1)];
  f();
  event.respondWith(new Response("done"));
});

const cases = {
  levels() {
    console.log("log", 1, true, null, undefined, -0, 10n, Symbol("s"));
    console.info("info");
    console.debug("debug");
    console.warn("warn");
    console.error("error");
    console.log();
  },
  format() {
    console.log("%s is %d years and %i days, %f", "Bob", 42, 42.9, "1.5", "extra", { a: 1 });
    console.log("%o %O %j", [1], { a: { b: {} } }, { j: 1 });
    console.log("%c styled %% %s", "color: red", "x");
    console.log("100%", "%s", "%d");
    console.log("%s %s", 5n, -0, Symbol("q"));
    console.log("%d %i %d", {}, "12px", 7n);
    console.log("%s");
    console.log("%x %s", "a");
  },
  nested() {
    console.log({ a: 1, "b-c": "text", d: [1, "two", null], e: { f: { g: { h: 1 } } } });
    console.log([[[[1]]]], [], {}, [, 1, , ,], new Array(3));
    console.log({ f() {}, g: class A {}, h: class B extends Map {}, i: () => {}, [Symbol("k")]: 1 });
    console.log({ get a() { throw 1; }, set a(v) {}, get b() { return 1; }, set c(v) {} });
    console.log(Object.create(null), Object.assign(Object.create(null), { x: 1 }));
    class Point { constructor() { this.x = 1; } }
    console.log(new Point(), [new Point()]);
  },
  kinds() {
    console.log(new Map([["a", { b: 1 }], [1, 2]]), new Set([1, "x"]), new Map(), new WeakMap());
    console.log(new Uint8Array([1, 2, 3]), new Float64Array(0), new ArrayBuffer(3));
    console.log(new Date(0), new Date(NaN), /a\/b/g, Object(1), Object("s"), Object(false));
    console.log(Promise.resolve(5), new Promise(() => {}));
    console.log(function named() {}, async () => {}, function* gen() {}, class {});
    console.log("it's", ["it's", 'say "x"', "a\nb\u0001\\"]);
    console.log(new URLSearchParams("a=1&b=2"), new Proxy({ p: 1 }, { get() { throw 1; }, ownKeys() { throw 1; } }));
  },
  cycles() {
    const a = { name: "a" };
    a.me = a;
    a.list = [a, { a }];
    console.log(a);
    const m = new Map();
    m.set("m", m);
    console.log(m);
  },
  custom() {
    const inspect = Symbol.for("nodejs.util.inspect.custom");
    console.log({ [inspect]: () => "mine" }, [{ [inspect]() { return { other: 1 }; } }], { [inspect]() { throw 1; } });
  },
};

//> GET http://x.test/levels
//< 200
//= info log 1 true null undefined -0 10n Symbol(s)
//= info info
//= debug debug
//= warn warn
//= error error
//= info 

//> GET http://x.test/format
//< 200
//= info Bob is 42 years and 42 days, 1.5 extra { a: 1 }
//= info [ 1 ] { a: { b: {} } } {"j":1}
//= info  styled % x
//= info 100% %s %d
//= info 5n -0 Symbol(q)
//= info NaN 12 7n
//= info %s
//= info %x a

//> GET http://x.test/nested
//< 200
//= info {\n  a: 1,\n  'b-c': 'text',\n  d: [ 1, 'two', null ],\n  e: { f: { g: [Object] } }\n}
//= info [ [ [ [Array] ] ] ] [] {} [ <1 empty item>, 1, <2 empty items> ] [ <3 empty items> ]
//= info {\n  f: [Function: f],\n  g: [class A],\n  h: [class B extends Map],\n  i: [Function: i],\n  [Symbol(k)]: 1\n}
//= info { a: [Getter/Setter], b: [Getter], c: [Setter] }
//= info [Object: null prototype] {} [Object: null prototype] { x: 1 }
//= info Point { x: 1 } [ Point { x: 1 } ]

//> GET http://x.test/kinds
//< 200
//= info Map(2) { 'a' => { b: 1 }, 1 => 2 } Set(2) { 1, 'x' } Map(0) {} WeakMap { <items unknown> }
//= info Uint8Array(3) [ 1, 2, 3 ] Float64Array(0) [] ArrayBuffer { [Uint8Contents]: <00 00 00>, byteLength: 3 }
//= info 1970-01-01T00:00:00.000Z Invalid Date /a\\/b/g [Number: 1] [String: 's'] [Boolean: false]
//= info Promise { 5 } Promise { <pending> }
//= info [Function: named] [AsyncFunction (anonymous)] [GeneratorFunction: gen] [class (anonymous)]
//= info it's [ "it's", 'say "x"', 'a\\nb\\x01\\\\' ]
//= info URLSearchParams { 'a' => '1', 'b' => '2' } { p: 1 }

//> GET http://x.test/cycles
//< 200
//= info <ref *1> {\n  name: 'a',\n  me: [Circular *1],\n  list: [ [Circular *1], { a: [Circular *1] } ]\n}
//= info <ref *1> Map(1) { 'm' => [Circular *1] }

//> GET http://x.test/custom
//< 200
//= info mine [ { other: 1 } ] [Object: cannot be shown]
