export default { fetch() { return new Response("own", { headers: { "Access-Control-Allow-Origin": "https://own.example" } }); } };
