// What it was called, and what the fixture heard of it.
export default async (request) => {
  const own = new URL(request.url).searchParams.get("own");
  const heard = await (await fetch("{{upstream}}/echo", { headers: own ? { traceparent: own } : {} })).json();
  return Response.json({
    id: request.headers.get("x-request-id"),
    traceparent: heard.headers.traceparent ?? null,
    tracestate: heard.headers.tracestate ?? null,
  });
};
