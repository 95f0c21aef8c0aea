export default {
  fetch() {
    let parts = 0;
    return new Response(new ReadableStream({
      pull(controller) {
        if (parts === 2) throw new Error("the source broke");
        parts += 1;
        controller.enqueue(new Uint8Array(100));
      },
    }));
  },
};
