// The body of the request is the body of the response.
export default {
  fetch(request) {
    return new Response(request.body, { headers: { "content-type": "application/octet-stream" } });
  },
};
