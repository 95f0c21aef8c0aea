//$ variable GREETING=hi "there"
//$ variable Response=taken
let calls = 0;
class App {
  #greeting = "hello";
  async fetch(request, env, ctx) {
    ctx.waitUntil(Promise.resolve().then(() => console.log("waited")));
    ctx.passThroughOnException();
    const frozen = Object.isFrozen(env);
    return new Response([this.#greeting, env.GREETING, GREETING, env.Response, typeof Response, frozen, ++calls, import.meta.url !== 1].join());
  }
}
export { App as default_not };
const app = new App();
export { app as default };

//> GET http://a.test/
//< 200
//< body hello,hi "there",hi "there",taken,function,true,1,true
//= info waited

//> GET http://a.test/
//< 200
//< body hello,hi "there",hi "there",taken,function,true,1,true
