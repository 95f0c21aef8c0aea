export default () => new Response(String(Math.random()));
