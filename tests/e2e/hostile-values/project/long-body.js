export default () => new Response("x".repeat(100_000_000));
