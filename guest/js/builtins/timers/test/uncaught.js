addEventListener("fetch", (event) => event.respondWith((async () => {
  setTimeout(() => { throw new Error("in a timer"); }, 1);
  let turns = 0;
  await new Promise((resolve) => {
    const id = setInterval(() => {
      if (++turns === 2) { clearInterval(id); resolve(); }
      throw new Error(`turn ${turns}`);
    }, 5);
  });
  return new Response("went on");
})()));

//> GET http://x.test/
//< 200
//< body went on
//! 4 Error: in a timer
//! 4 Error: turn 1
//! 4 Error: turn 2
