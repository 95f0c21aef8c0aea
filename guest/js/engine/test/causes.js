// What a fault says of the causes of an error, and of what is no error.
function connect() { throw new TypeError("refused"); }

function load() {
  try {
    connect();
  } catch (cause) {
    throw new Error("no data", { cause });
  }
}

class Missing extends Error {}

addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  switch (path) {
    case "/cause": return load();
    case "/plain-cause": throw new Missing("gone", { cause: { id: 7, tags: ["a", "b"] } });
    case "/hostile-cause": throw Object.defineProperty(new Error("x"), "cause", { get() { throw 1; } });
    case "/long": {
      let error = new Error("e0");
      for (let i = 1; i < 9; ++i) error = new Error(`e${i}`, { cause: error });
      throw error;
    }
    case "/circle": {
      const error = new Error("round");
      error.cause = error;
      throw error;
    }
    case "/object": throw { a: 1, b: [1, 2] };
    case "/null": throw null;
    case "/undefined": event.respondWith(Promise.reject()); return;
    case "/response": throw new Response("no", { status: 404 });
    case "/looks-like": throw { stack: "    at there (lib.js:1:2)", toString() { return "Odd: thing"; } };
    case "/dom": throw new DOMException("stop", "AbortError");
    case "/native": [1].forEach(() => { throw new Error("inside"); }); return;
    case "/builtin": new ReadableStream({ start() { throw new Error("started"); } }); return;
    case "/shown": {
      const errors = [];
      [1].forEach(() => errors.push(new Error("inside")));
      console.log(errors[0].stack.includes("(native)"), `${new Response().status}`);
      console.error(errors[0]);
      event.respondWith(new Response("fine"));
    }
  }
});

//> GET http://a.test/cause
//! 2 Error: no data
//!stack at load (worker.js:8:
//!stack \n[cause]: TypeError: refused\n    at connect (worker.js:2:

//> GET http://a.test/plain-cause
//! 2 Error: gone
//!stack \n[cause]: { id: 7, tags: [ 'a', 'b' ] }

//> GET http://a.test/hostile-cause
//! 2 Error: x
//!nostack cause

//> GET http://a.test/long
//! 2 Error: e8
//!stack [cause]: Error: e4
//!nostack Error: e3

//> GET http://a.test/circle
//! 2 Error: round
//!stack [cause]: Error: round

//> GET http://a.test/object
//! 2 thrown value: { a: 1, b: [ 1, 2 ] }

//> GET http://a.test/null
//! 2 thrown value: null

//> GET http://a.test/undefined
//! 2 thrown value: undefined

//> GET http://a.test/response
//! 2 thrown value: Response {

//> GET http://a.test/looks-like
//! 2 Odd: thing
//!stack at there (lib.js:1:2)

//> GET http://a.test/dom
//! 2 AbortError: stop

//> GET http://a.test/native
//! 2 Error: inside
//!stack worker.js:36:
//!nostack (native)

//> GET http://a.test/builtin
//! 2 Error: started
//!stack at start (worker.js:37:
//!nostack wws:

//> GET http://a.test/shown
//< 200
//= info true 200
//= error Error: inside\n    at <anonymous> (worker.js:40:41)\n    at <anonymous> (worker.js:40:11)
