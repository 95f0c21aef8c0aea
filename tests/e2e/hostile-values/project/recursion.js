const deeper = (n) => deeper(n + 1) + 1;
export default () => new Response(`${deeper(0)}`);
