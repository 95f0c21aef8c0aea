// The name of the file makes this worker answer every path; Hono finds the route.
import { Hono } from "hono";

const app = new Hono();

app.get("/", (c) => c.text("Hello from Hono!\n"));
app.get("/hello/:name", (c) => c.json({ hello: c.req.param("name") }));
app.post("/echo", async (c) => c.json({ received: await c.req.json() }));
app.notFound((c) => c.text("There is nothing here.\n", 404));

export default app;
