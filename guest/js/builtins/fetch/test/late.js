// An async listener may answer after an await, as it could before.
addEventListener("fetch", async (event) => {
  const url = new URL(event.request.url);
  await null;
  if (url.pathname === "/fails") throw new Error("in the listener");
  if (url.pathname === "/wait") {
    event.waitUntil(new Promise((resolve) => setTimeout(() => { console.log("done"); resolve(); }, 20)));
    event.respondWith(new Response("early"));
    return;
  }
  event.respondWith(new Response("late"));
});

//> GET http://a.test/
//< 200
//< body late

//> GET http://a.test/fails
//! 2 Error: in the listener

//> GET http://a.test/wait
//< 200
//< body early
//= info done
