const now = await Promise.resolve(Date.now());
export default () => new Response(`${now}`);
