export default {
  fetch() {
    const { readable, writable } = new TransformStream();
    (async () => {
      const writer = writable.getWriter();
      for (let i = 0; i < 3; i++) await writer.write(new TextEncoder().encode(`${i}\n`));
      await writer.close();
    })();
    return new Response(readable);
  },
};
