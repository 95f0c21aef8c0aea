// What people use of Hono: routing, middleware, JSON, cookies, basic auth, validation, streams, errors.
import { Hono } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie, setSignedCookie, getSignedCookie } from "hono/cookie";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { sign, verify } from "hono/jwt";
import { stream, streamSSE, streamText } from "hono/streaming";
import { validator } from "hono/validator";

const app = new Hono();
const secret = "a secret that is long enough";

app.use(async (c, next) => {
  await next();
  c.header("x-seen", `${c.req.method} ${c.req.path}`);
});
app.use("/api/*", cors({ origin: "https://example.com" }));
app.use("/tagged", etag());

app.get("/", (c) => c.text("hono"));
app.get("/users/:id{[0-9]+}", (c) => c.json({ id: Number(c.req.param("id")), all: c.req.query("all") === "yes" }));
app.get("/files/*", (c) => c.text(c.req.path));
app.get("/api/list", (c) => c.json([1, 2, 3]));
app.get("/tagged", (c) => c.html("<p>tagged</p>"));
app.get("/away", (c) => c.redirect("/", 303));

const shop = new Hono().basePath("/shop");
shop.post("/orders", validator("json", (value, c) =>
  (typeof value.amount === "number" ? { amount: value.amount } : c.json({ error: "amount" }, 422))),
  (c) => c.json({ ordered: c.req.valid("json").amount }, 201));
app.route("/", shop);

app.get("/cookies", (c) => {
  const before = getCookie(c, "visits") ?? "0";
  setCookie(c, "visits", `${Number(before) + 1}`, { httpOnly: true, path: "/", sameSite: "Lax" });
  return c.text(before);
});
app.get("/sign", async (c) => {
  await setSignedCookie(c, "who", "me", secret);
  return c.text("signed");
});
app.get("/who", async (c) => c.text(`${await getSignedCookie(c, secret, "who")}`));
app.get("/secret/*", basicAuth({ username: "user", password: "pass" }));
app.get("/secret/page", (c) => c.text("for you only"));
app.get("/token", async (c) => {
  const token = await sign({ role: "admin" }, secret, "HS256");
  return c.json(await verify(token, secret, "HS256"));
});

app.post("/form", async (c) => {
  const { name, file } = await c.req.parseBody();
  return c.json({ name, file: file.name, type: file.type, text: await file.text() });
});
app.post("/limited", bodyLimit({ maxSize: 10 }), async (c) => c.text(await c.req.text()));

app.get("/text", (c) => streamText(c, async (out) => {
  for (const line of ["one", "two"]) await out.writeln(line);
}));
app.get("/events", (c) => streamSSE(c, async (out) => {
  for (let id = 0; id < 3; id++) {
    await out.writeSSE({ data: `tick ${id}`, event: "tick", id: `${id}` });
    await out.sleep(60);
  }
}));
app.get("/bytes", (c) => stream(c, async (out) => { await out.write(new Uint8Array([104, 105])); }));

app.get("/broken", () => { throw new Error("broken on purpose"); });
app.get("/teapot", () => { throw new HTTPException(418, { message: "short and stout" }); });
app.notFound((c) => c.text(`nothing at ${c.req.path}`, 404));
app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : c.text(error.message, 500)));

export default app;
