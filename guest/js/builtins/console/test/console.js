addEventListener("fetch", (event) => {
  cases[new URL(event.request.url).pathname.slice(1)]();
  event.respondWith(new Response("done"));
});

const cases = {
  counts() {
    console.count();
    console.count("x");
    console.count();
    console.countReset();
    console.count();
    console.countReset("never");
  },
  groups() {
    console.group("outer");
    console.log("a\nb");
    console.groupCollapsed();
    console.warn("c");
    console.groupEnd();
    console.groupEnd();
    console.groupEnd();
    console.log("d");
  },
  asserts() {
    console.assert(true, "not shown");
    console.assert(false);
    console.assert(0, "%s is wrong", "x");
    console.assert(null, { a: 1 });
  },
  timers() {
    console.time();
    console.timeEnd();
    console.timeEnd();
    console.time("t");
    console.time("t");
    console.timeLog("t", { a: 1 }, "%s");
  },
  dirs() {
    const deep = { a: { b: { c: { d: 1 } } } };
    console.dir(deep);
    console.dir(deep, { depth: 0 });
    console.dir(deep, { depth: null });
    console.dirxml(deep, 1);
    console.clear();
  },
  tables() {
    console.table([{ a: 1, b: "x" }, { a: 2, c: true }, 5]);
    console.table([{ a: 1, b: 2 }], ["b"]);
    console.table("text");
  },
  detached() {
    const { log, error } = console;
    log("alone");
    [1].forEach(error);
  },
  surrogates() {
    console.log("\ud800|\u{1f600}");
  },
};

//> GET http://x.test/counts
//< 200
//= info default: 1
//= info x: 1
//= info default: 2
//= info default: 1
//= warn Count for 'never' does not exist

//> GET http://x.test/groups
//< 200
//= info outer
//= info   a\n  b
//= warn     c
//= info d

//> GET http://x.test/asserts
//< 200
//= error Assertion failed
//= error Assertion failed: x is wrong
//= error Assertion failed: { a: 1 }

//> GET http://x.test/timers
//< 200
//= info default: 0.000ms
//= warn Timer 'default' does not exist
//= warn Timer 't' already exists
//= info t: 0.000ms { a: 1 } %s

//> GET http://x.test/dirs
//< 200
//= info { a: { b: { c: [Object] } } }
//= info { a: [Object] }
//= info {\n  a: { b: { c: { d: 1 } } }\n}
//= info { a: { b: { c: [Object] } } } 1

//> GET http://x.test/tables
//< 200
//= info ┌─────────┬───┬─────┬──────┬────────┐\n│ (index) │ a │ b   │ c    │ Values │\n├─────────┼───┼─────┼──────┼────────┤\n│ 0       │ 1 │ 'x' │      │        │\n│ 1       │ 2 │     │ true │        │\n│ 2       │   │     │      │ 5      │\n└─────────┴───┴─────┴──────┴────────┘
//= info ┌─────────┬───┐\n│ (index) │ b │\n├─────────┼───┤\n│ 0       │ 2 │\n└─────────┴───┘
//= info text

//> GET http://x.test/detached
//< 200
//= info alone
//= error 1 0 [ 1 ]

//> GET http://x.test/surrogates
//< 200
//= info \xef\xbf\xbd|😀
