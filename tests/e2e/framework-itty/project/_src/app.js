import { AutoRouter, cors, error, json, StatusError, text, withContent } from "itty-router";

const { preflight, corsify } = cors({ origin: "*" });
const router = AutoRouter({ before: [preflight], finally: [corsify] });

router
  .get("/", () => text("itty"))
  .get("/todos/:id", ({ id, query }) => ({ id, sort: query.sort }))
  .get("/files/:path+", ({ params }) => params.path)
  .post("/todos", withContent, ({ content }) => json({ created: content }, { status: 201 }))
  .get("/denied", () => error(403, "not for you"))
  .get("/throws", () => { throw new StatusError(409, { reason: "conflict" }); });

export default router;
