function fails() { return new TypeError("bad thing"); }
addEventListener("fetch", (event) => {
  switch (new URL(event.request.url).pathname) {
    case "/plain": {
      const error = fails();
      error.stack = "    at fails (worker.js:1:2)\n";
      console.error("oh", error);
      console.log({ error });
      break;
    }
    case "/more": {
      const error = new RangeError("outer", { cause: "why" });
      error.stack = "";
      error.code = 7;
      console.log(error);
      const own = class NotFound extends Error {};
      const e = new own("x");
      e.stack = "";
      console.log([e], new DOMException("dm", "AbortError").name);
      const many = new AggregateError([1, "two"], "several");
      many.stack = "";
      console.log(many);
      const hostile = new Error("x");
      Object.defineProperty(hostile, "message", { get() { throw 1; } });
      console.log(hostile);
    }
  }
  event.respondWith(new Response("done"));
});

//> GET http://x.test/plain
//< 200
//= error oh TypeError: bad thing\n    at fails (worker.js:1:2)
//= info {\n  error: TypeError: bad thing\n      at fails (worker.js:1:2)\n}

//> GET http://x.test/more
//< 200
//= info [RangeError: outer] { [cause]: 'why', code: 7 }
//= info [ [NotFound: x] ] AbortError
//= info [AggregateError: several] { [errors]: [ 1, 'two' ] }
//= info [error whose name, message or stack throws]
