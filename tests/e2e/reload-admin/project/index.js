export default () => new Response("one");
