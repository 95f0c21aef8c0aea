// Fetches ?url= with ?method= and shows the outcome.
export default {
  async fetch(request) {
    const query = new URL(request.url).searchParams;
    try {
      const response = await fetch(query.get("url"), {
        method: query.get("method") ?? "GET",
        redirect: query.get("redirect") ?? "follow",
        body: query.get("body") ?? undefined,
      });
      const text = await response.text();
      return Response.json({ status: response.status, redirected: response.redirected, text: text.slice(0, 300), size: text.length });
    } catch (error) {
      return Response.json({ error: error.name, message: error.message }, { status: 502 });
    }
  },
};
