export default { fetch() { return new Response("x".repeat(3 << 20)); } };
