// Stacks point at the member that could not be read and at what was called, each on its own line.
const where = (deed) => {
  try {
    deed();
  } catch (error) {
    const [, frame] = /worker\.js:([0-9]+:[0-9]+)/.exec(error.stack);
    return frame;
  }
};
const nothing = null;
const box = { nothing, fail() { throw new Error("failed"); } };
const failing = () => box.fail();
class Failing { constructor() { box.fail(); } }

addEventListener("fetch", (event) => {
  const more = box;
  console.log(where(() => {
    const first = 1;
    return nothing.name;
  }));
  console.log(where(() => box
    .nothing
    .name));
  console.log(where(() => {
    nothing[more];
  }));
  console.log(where(() => {
    const { name } = nothing;
  }));
  console.log(where(() => {
    const [name] = nothing;
  }));
  console.log(where(() => {
    for (const name of nothing);
  }));
  const frames = (deed) => {
    try { deed(); } catch (error) { return error.stack.match(/worker\.js:[0-9]+:[0-9]+/g)[2]; }
  };
  console.log(frames(() => {
    failing(
      String(1),
      String(2));
  }));
  console.log(frames(() => {
    new Failing(1,
      String(2));
  }));
  console.log(frames(() => {
    failing(...[1],
      String(2));
  }));
  event.respondWith(new Response(""));
});

//> GET http://a.test/
//< 200
//= info 19:20
//= info 23:6
//= info 25:13
//= info 28:13
//= info 31:12
//= info 34:24
//= info worker.js:40:5
//= info worker.js:45:9
//= info worker.js:49:5
