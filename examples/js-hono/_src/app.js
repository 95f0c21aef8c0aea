import { Hono } from "hono";

// A request has its whole URL; BASE is what comes before the paths below.
const app = new Hono().basePath(BASE);

app.get("/", (c) => c.text("Hello from Hono running in Wasm Workers Server!"));
app.get("/hello/:name", (c) => c.json({ message: `Hello ${c.req.param("name")}!` }));
app.post("/echo", async (c) => c.json({ received: await c.req.json() }));
app.notFound((c) => c.text("Awww! This page is missing", 404));

export default app;
