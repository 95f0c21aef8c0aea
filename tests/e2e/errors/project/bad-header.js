export default { fetch() { return new Response("x", { headers: { "x-bad": "a\r\nset-cookie: b=1" } }); } };
