export default (request) => {
  if (new URL(request.url).search === "?bad") throw new Error("not warm");
  return new Response("ok");
};
