const born = Date.now();
export default () => new Response(String(born));
