// Bodies made by the worker.
addEventListener("fetch", (event) => event.respondWith(answer(event)));

const encoder = new TextEncoder();

function* pieces() { yield "a"; yield "b"; yield "c"; }

function answer(event) {
  const path = new URL(event.request.url).pathname;
  switch (path) {
    case "/pull": {
      const all = pieces();
      return new Response(new ReadableStream({
        pull(controller) {
          const { value, done } = all.next();
          if (done) controller.close(); else controller.enqueue(encoder.encode(value));
        },
        cancel() { console.log("cancelled"); },
      }));
    }
    case "/timed": return new Response(new ReadableStream({
      async start(controller) {
        for (const piece of pieces()) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          controller.enqueue(encoder.encode(piece));
        }
        controller.close();
      },
    }));
    case "/error": return new Response(new ReadableStream({
      pull(controller) {
        controller.enqueue(encoder.encode("some"));
        controller.error(new Error("halfway"));
      },
    }));
    case "/later-error": {
      let n = 0;
      return new Response(new ReadableStream({
        pull(controller) {
          if (n++) throw new Error("halfway");
          controller.enqueue(encoder.encode("some"));
        },
      }));
    }
    case "/strings": return new Response(new ReadableStream({
      start(controller) { controller.enqueue("text"); controller.close(); },
    }));
    case "/stuck": return new Response(new ReadableStream({
      start(controller) { controller.enqueue(encoder.encode("some")); },
    }));
    case "/hanging": {
      event.request.signal.addEventListener("abort", () => console.log("aborted"));
      return new Response(new ReadableStream({
        start(controller) { controller.enqueue(encoder.encode("some")); },
        pull() { return new Promise((resolve) => setTimeout(resolve, 1e9)); },
        cancel() { console.log("cancelled"); },
      }));
    }
    case "/locked": {
      const stream = new ReadableStream();
      const response = new Response(stream);
      stream.getReader();
      return response;
    }
    case "/own": return new Response(new Response("own").body);
    case "/clone": {
      const response = new Response("two");
      return new Response(response.clone().body, response);
    }
  }
}

//> GET http://a.test/pull
//< 200
//< content-type:
//< chunks a|b|c

//> GET http://a.test/pull
//> wait
//< 200
//< chunks a|b|c

//> GET http://a.test/pull
//> gone-on-write
//< 200
//< chunks a
//= info cancelled

// The stream waits for nothing of the client's, and is cancelled all the same.
//> GET http://a.test/hanging
//> gone
//< 200
//< chunks some
//= info cancelled
//= info aborted

//> GET http://a.test/timed
//< 200
//< chunks a|b|c

//> GET http://a.test/error
//< 200
//< aborted
//! 5 Error: halfway

//> GET http://a.test/later-error
//< 200
//< chunks some
//< aborted
//! 5 Error: halfway

//> GET http://a.test/strings
//< 200
//< aborted
//! 5 TypeError: A body's stream gave a chunk that is not a Uint8Array

//> GET http://a.test/stuck
//< 200
//< chunks some
//< aborted
//! 5 TypeError: the response's stream waits for something that cannot happen

//> GET http://a.test/locked
//! 3 TypeError: the response's body was used already, or its stream is locked

//> GET http://a.test/own
//< 200
//< body own

//> GET http://a.test/clone
//< 200
//< body two
