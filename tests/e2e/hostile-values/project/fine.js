let count = 0;
export default () => new Response(`${++count} ${Object.prototype.polluted}`);
