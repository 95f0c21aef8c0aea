export default (request) =>
  new Response(`${request.method} ${request.url} ${request.headers.get("host")}\n`);
