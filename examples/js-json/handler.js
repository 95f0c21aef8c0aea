export default {
  fetch(request, env) {
    if (request.method !== "GET") {
      return Response.json({ error: "Only GET is welcome here." }, { status: 405, headers: { allow: "GET" } });
    }
    return Response.json({ hello: "world", message: env.MESSAGE });
  },
};
