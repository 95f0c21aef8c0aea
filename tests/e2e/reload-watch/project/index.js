export default () => new Response("1");
