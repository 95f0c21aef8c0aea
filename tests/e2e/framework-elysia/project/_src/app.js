import { Elysia, t } from "elysia";

const app = new Elysia()
  .state("version", 1)
  .derive(({ headers }) => ({ agent: headers["x-agent"] ?? "none" }))
  .onError(({ code, set }) => {
    if (code === "NOT_FOUND") return "nothing here";
    if (code === "VALIDATION") {
      set.status = 422;
      return "not valid";
    }
    return `${code}`;
  })
  .get("/", () => "elysia")
  .get("/users/:id", ({ params: { id }, query, agent, store }) => ({ id, query, agent, version: store.version }),
    { params: t.Object({ id: t.Numeric() }) })
  .post("/sum", ({ body }) => ({ sum: body.numbers.reduce((a, b) => a + b, 0) }),
    { body: t.Object({ numbers: t.Array(t.Number()) }) })
  .get("/cookie", ({ cookie: { seen } }) => {
    const before = `${seen.value ?? "never"}`;
    seen.value = "yes";
    return before;
  })
  .group("/admin", (admin) => admin
    .onBeforeHandle(({ headers, set }) => {
      if (headers.authorization !== "Bearer key") {
        set.status = 401;
        return "who are you?";
      }
    })
    .get("/page", () => "welcome"));

export default { fetch: (request) => app.fetch(request) };
