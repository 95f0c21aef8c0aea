export default () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
