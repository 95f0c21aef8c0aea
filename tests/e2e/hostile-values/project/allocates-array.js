export default () => new Response(`${new Array(4_294_967_295).fill(1).length}`);
