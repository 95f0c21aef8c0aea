// Whatever is done to the builtins, this request's answer is a response or a clear failure, and the next is not touched.
export default {
  fetch(request) {
    if (request.url.endsWith("?check")) {
      const seen = [{}.polluted, {}.status, [1, 2].push.name, [...[3]][0], typeof Response, new Headers().get("x")];
      return new Response(JSON.stringify(seen));
    }
    Object.prototype.polluted = "yes";
    Object.prototype.status = 418;
    Object.defineProperty(Object.prototype, "headers", { get() { throw new Error("polluted"); } });
    Array.prototype.push = () => { throw new Error("polluted push"); };
    Array.prototype[Symbol.iterator] = () => { throw new Error("polluted iterator"); };
    Promise.prototype.then = () => { throw new Error("polluted then"); };
    Headers.prototype.get = () => "polluted";
    Response.prototype.text = undefined;
    globalThis.Response = undefined;
    return new (Object.getPrototypeOf(request).constructor)("http://x/");
  },
};
