// Hands the request's body on to ?url=, and that answer back, both as streams.
export default {
  fetch(request) {
    const url = new URL(request.url).searchParams.get("url");
    return fetch(url, { method: "POST", body: request.body, duplex: "half" });
  },
};
