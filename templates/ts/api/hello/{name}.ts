// Answers "/api/hello/ANYTHING": the brackets of the file's name make a parameter.
interface Hello {
  hello: string;
}

export default {
  fetch(request: Request & { params: { name: string } }): Response {
    const answer: Hello = { hello: request.params.name };
    return Response.json(answer);
  },
};
