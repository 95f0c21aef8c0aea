export default () => new Response("x".repeat(2000));
