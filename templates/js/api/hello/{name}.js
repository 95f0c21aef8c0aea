// Answers "/api/hello/ANYTHING": the brackets of the file's name make a parameter.
export default {
  fetch(request) {
    return Response.json({ hello: request.params.name });
  },
};
