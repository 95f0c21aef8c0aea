import { H3, HTTPError, getCookie, getQuery, getRouterParam, handleCors, html, readBody, redirect, setCookie } from "h3";

const app = new H3();

app.use((event) => { event.res.headers.set("x-powered-by", "h3"); });
app.get("/", () => "h3");
app.get("/users/:id", (event) => ({ id: getRouterParam(event, "id"), query: getQuery(event) }));
app.post("/echo", async (event) => ({ got: await readBody(event) }));
app.get("/page", () => html`<p>page</p>`);
app.get("/away", () => redirect("/", 302));
app.get("/cookie", (event) => {
  const before = getCookie(event, "n") ?? "none";
  setCookie(event, "n", "1", { httpOnly: true });
  return before;
});
app.get("/stream", () => new ReadableStream({
  start(controller) {
    for (const part of ["a", "b", "c"]) controller.enqueue(new TextEncoder().encode(part));
    controller.close();
  },
}));
app.get("/error", () => { throw new HTTPError({ status: 422, message: "no good" }); });
app.all("/cors", (event) => handleCors(event, { origin: "*", methods: "*" }) || "cors");

export default { fetch: (request) => app.fetch(request) };
