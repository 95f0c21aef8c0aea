addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  switch (path) {
    case "/throws": throw new TypeError("on purpose");
    case "/throws-text": throw "just text";
    case "/rejects": event.respondWith(Promise.reject(new RangeError("later"))); return;
    case "/async-throws": event.respondWith((async () => { fail(); })()); return;
    case "/silent": return;
    case "/text": event.respondWith("text"); return;
    case "/undefined": event.respondWith(undefined); return;
    case "/promised-text": event.respondWith(Promise.resolve(7)); return;
    case "/twice":
      event.respondWith(new Response("first"));
      event.respondWith(new Response("second"));
      return;
    case "/never": event.respondWith(new Promise(() => {})); return;
    case "/used": {
      const response = new Response("x");
      response.text();
      event.respondWith(response);
      return;
    }
    case "/error-response": event.respondWith(Response.error()); return;
    case "/loose":
      Promise.reject(new Error("nobody looks"));
      event.respondWith(new Response("fine"));
      return;
    case "/handled":
      Promise.reject(new Error("somebody looks")).catch(() => {});
      event.respondWith(new Response("fine"));
      return;
    case "/deep": deep(); return;
    case "/hostile-error": throw { get stack() { throw 1; }, toString() { throw 2; } };
  }
});

function fail() {
  throw new Error("in fail");
}

function deep() { deep(); }

//> GET http://a.test/throws
//! 2 TypeError: on purpose
//!stack worker.js:4:

//> GET http://a.test/throws-text
//! 2 thrown value: 'just text'

//> GET http://a.test/rejects
//! 2 RangeError: later

//> GET http://a.test/async-throws
//! 2 Error: in fail
//!stack at fail (worker.js:38:13)

//> GET http://a.test/silent
//! 3 the handler did not call event.respondWith()

//> GET http://a.test/text
//! 3 the handler's answer is not a Response

//> GET http://a.test/undefined
//! 3 the handler gave no Response

//> GET http://a.test/promised-text
//! 3 the handler's answer is not a Response

//> GET http://a.test/twice
//< 200
//< body first
//! 4 InvalidStateError: respondWith was called already

//> GET http://a.test/never
//! 3 the handler's promise waits for something that cannot happen

//> GET http://a.test/used
//! 3 TypeError: the response's body was used already

//> GET http://a.test/error-response
//! 3 TypeError: Response.error() is no answer

//> GET http://a.test/loose
//< 200
//< body fine
//! 4 Error: nobody looks

//> GET http://a.test/handled
//< 200
//< body fine

//> GET http://a.test/deep
//! 2 RangeError: Maximum call stack size exceeded

//> GET http://a.test/hostile-error
//! 2 thrown value: { stack: [Getter], toString: [Function: toString] }
