const now = Date.now();
now.missing.value;
export default () => new Response("never");
