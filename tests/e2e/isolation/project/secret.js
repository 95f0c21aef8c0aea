let kept = "nothing";

export default {
  fetch(request) {
    const secret = request.headers.get("x-secret");
    if (request.url.endsWith("?hang")) {
      kept = secret;
      return new Promise(() => {});
    }
    if (request.url.endsWith("?keep")) {
      kept = secret;
      return new Response("kept", { headers: { "x-secret": secret, "set-cookie": `s=${secret}` } });
    }
    return new Response(kept);
  },
};
