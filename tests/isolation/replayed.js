const id = Math.random();
export default () => new Response(String(id));
