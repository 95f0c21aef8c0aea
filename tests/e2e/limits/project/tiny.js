export default () => new Response("never");
