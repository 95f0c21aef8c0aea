import text from "./outside.txt";
export default { fetch: () => new Response(text) };
