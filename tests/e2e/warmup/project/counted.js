let runs = 0;
export default (request) => new Response(`${++runs} ${new URL(request.url).search}`);
