const ready = await new Promise((resolve) => setTimeout(() => resolve("ready"), 5));
export default (request, env, ctx) => new Response(`${ready} ${request.method} ${typeof env} ${typeof ctx.waitUntil} ${arguments_of(this)}`);
function arguments_of(self) { return String(self); }

//> GET http://a.test/
//< 200
//< body ready GET object function undefined
