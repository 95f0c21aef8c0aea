const drawn = Math.random();
export default () => new Response(String(Math.random() + (drawn >= 0 ? 0 : 1)));
