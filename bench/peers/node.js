// Bare node:http, without any isolation: the floor.
const server = require("node:http").createServer((request, response) => {
  if (request.url === "/spin") for (;;);
  response.setHeader("x-generated-by", "node");
  response.setHeader("content-type", "text/plain");
  response.end("Hello from worker\n");
});
server.listen(Number(process.argv[2]), "127.0.0.1");
