export default (request) => new Response(`hello ${request.method} ${request.headers.get("x-who")}`, { status: 201 });
