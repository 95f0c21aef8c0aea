// A call of a method that is missing says which.
const said = (call) => {
  try {
    call();
  } catch (error) {
    return error instanceof TypeError ? error.message : `${error}`;
  }
};

addEventListener("fetch", (event) => event.respondWith((async () => {
  const { request } = event, no = 3, deep = { list: [{}] };
  console.log(said(() => request.parcel()));
  console.log(said(() => { request.parcel(1, [2].map((x) => x), { a: `${no}` }); }));
  console.log(said(() => { deep.list[0].go(no, ...[1]); }), said(() => { deep.list.go(no ? 1 : 2); }));
  console.log(said(() => no()), said(() => { request[no](); }), said(() => [1].map(no)));
  console.log(said(() => deep.list.at(0).at(deep.list.map(String).join())));
  console.log(said(() => { deep.list.map(String); for (const x of { [Symbol.iterator]: 1 }); }));
  console.log(said(() => { deep.list.at(0); Reflect.apply(no, 1, []); }));
  await request.bundle(await 1);
})()));

//> GET http://a.test/
//! 2 TypeError: bundle is not a function
//!stack worker.js:19:
//= info parcel is not a function
//= info parcel is not a function
//= info not a function not a function
//= info not a function not a function not a function
//= info at is not a function
//= info value is not iterable
//= info not a function
