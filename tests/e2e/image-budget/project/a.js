const made = { at: "load" };
let count = 0;
export default { fetch: () => new Response(`a ${made.at} ${++count}`) };
