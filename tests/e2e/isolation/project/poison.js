export default {
  fetch(request) {
    if (request.url.endsWith("?check")) {
      const intact = JSON.stringify({ a: 1 }) === '{"a":1}' && [1].map((x) => x + 1)[0] === 2 && typeof Response.json === "function";
      return new Response(intact ? "intact" : "poisoned");
    }
    JSON.stringify = () => "poisoned";
    Array.prototype.map = () => ["poisoned"];
    delete Response.json;
    Object.prototype.toString = () => "poisoned";
    return new Response("done");
  },
};
