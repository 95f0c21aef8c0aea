// Answers "/". Every request runs in a sandbox of its own: nothing that one leaves is seen by another.
export default {
  fetch(request) {
    const url = new URL(request.url);
    const name = url.searchParams.get("name") ?? "world";
    const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Hello</title>
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <main>
      <h1>Hello, ${escape(name)}!</h1>
      <p>This page is made by <code>index.js</code>. Change it, save it, and it reloads.</p>
      <ul>
        <li><a href="/?name=you">/?name=you</a>: a query</li>
        <li><a href="/api/hello/you">/api/hello/you</a>: JSON, from <code>api/hello/[name].js</code></li>
      </ul>
    </main>
  </body>
</html>
`;
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};

function escape(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character]);
}
