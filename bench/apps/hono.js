// A small API on Hono: parameters, a middleware, a group, JSON.
import { Hono } from "hono";

const users = new Hono()
  .get("/", (c) => c.json([{ id: 1 }, { id: 2 }]))
  .get("/:id", (c) => c.json({ id: Number(c.req.param("id")), name: `user ${c.req.param("id")}`, verbose: c.req.query("verbose") === "1" }))
  .put("/:id", async (c) => c.json(await c.req.json()));

const app = new Hono();
app.use("*", async (c, next) => {
  await next();
  c.header("x-served-by", "hono");
});
app.get("/", (c) => c.text("Hello from Hono\n"));
app.get("/posts/:year/:slug", (c) => c.html(`<h1>${c.req.param("slug")}</h1>`));
app.route("/users", users);
app.notFound((c) => c.json({ error: "not found" }, 404));

export default { fetch: (request) => app.fetch(request) };
