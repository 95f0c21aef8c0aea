// 100 MB of text in a sandbox of 128 MiB: made, or refused with an error that can be caught; never the server's trouble.
export default (request) => {
  const size = Number(new URL(request.url).searchParams.get("size"));
  try {
    return new Response(`${"x".repeat(size).length}`);
  } catch (error) {
    return new Response(error.name);
  }
};
