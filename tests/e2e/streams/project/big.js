const block = new Uint8Array(65536).fill(120);

export default {
  fetch() {
    let left = 256;
    return new Response(new ReadableStream({
      pull(controller) {
        if (left === 0) return controller.close();
        left -= 1;
        controller.enqueue(block.slice());
      },
    }));
  },
};
