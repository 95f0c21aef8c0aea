export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (request.method === "POST") {
      const { name } = await request.json();
      return Response.json({ greeting: `Hello, ${name}!` }, { status: 201 });
    }
    return new Response(`${env?.GREETING ?? "Hello"} from ${url.pathname}\n`, {
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  },
};
